import { dirname } from 'node:path';
import { parseConfig } from '../../functions/stream/config/config.ts';
import type { SegmentDesk } from '../../functions/stream/engine/segment-desk.ts';
import type { BodyDesk } from '../../functions/stream/export/formats/body.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import type { Question } from '../../functions/stream/plan/question.ts';
import { NO_WISHES, type StreamParameters } from '../../functions/stream/route/parameters.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';

const { limits: LIMITS } = parseConfig({ MEDIA_DIR: '/' });

/** What an export of the object on a desk is planned from. */
export function exportQuestion(
  { probed: { media, originalObstacle, remuxObstacle } }: SegmentDesk,
  wishes: Partial<StreamParameters>,
): Question {
  return {
    media,
    sizeBytes: 1_000_000,
    parameters: { ...NO_WISHES, ...wishes },
    client: clientOf(null, null),
    limits: { ...LIMITS, maxDurationSeconds: 86_400, cores: 2 },
    secondsLeft: 900,
    originalObstacle,
    remuxObstacle,
  };
}

/** The same object on the desk that bodies are made at. */
export function bodyDesk(desk: SegmentDesk, path: string, isTimeUp = () => false): BodyDesk {
  const source = directorySource(dirname(path));
  return { ...desk, object: desk.object as BodyDesk['object'], source, limits: LIMITS, isTimeUp };
}
