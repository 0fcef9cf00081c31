import { dirname } from 'node:path';
import { parseConfig } from '../functions/stream/config/config.ts';
import type { SegmentContext } from '../functions/stream/engine/segment-context.ts';
import type { BodyContext } from '../functions/stream/export/formats/body.ts';
import { clientOf } from '../functions/stream/plan/client.ts';
import type { PlanInput } from '../functions/stream/plan/plan-input.ts';
import { NO_PARAMETERS, type StreamParameters } from '../functions/stream/route/stream-parameters.ts';
import { directorySource } from '../functions/stream/source/directory.ts';

const { limits: LIMITS } = parseConfig({ MEDIA_DIR: '/' });

/** Returns the input of an export's plan for the object in a context. */
export function exportQuestion(
  { probed: { media, originalObstacle, remuxObstacle } }: SegmentContext,
  wishes: Partial<StreamParameters>,
): PlanInput {
  return {
    media,
    sizeBytes: 1_000_000,
    parameters: { ...NO_PARAMETERS, ...wishes },
    client: clientOf(null, null),
    limits: { ...LIMITS, maxDurationSeconds: 86_400, cores: 2 },
    secondsLeft: 900,
    originalObstacle,
    remuxObstacle,
  };
}

/** Returns the object in the context that bodies are produced in. */
export function bodyContext(context: SegmentContext, path: string, isTimeUp = () => false): BodyContext {
  const source = directorySource(dirname(path));
  return { ...context, object: context.object as BodyContext['object'], source, limits: LIMITS, isTimeUp };
}
