import type { Probed } from '../media/probe/probe.ts';
import { clientOf } from '../plan/client.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { StoredObject } from '../source/source.ts';

type About = Pick<PlanInput, 'limits' | 'secondsLeft'> & {
  readonly object: Pick<StoredObject, 'sizeBytes'>;
  readonly probed: Probed;
};

/** Returns the input of a plan for a probed object; `accept` is the client's header. */
export function planInput(
  { object: { sizeBytes }, probed: { media, originalObstacle, remuxObstacle }, limits, secondsLeft }: About,
  parameters: StreamParameters,
  accept: string | null,
): PlanInput {
  const client = clientOf(parameters.accept, accept);
  return { media, sizeBytes, parameters, client, limits, secondsLeft, originalObstacle, remuxObstacle };
}
