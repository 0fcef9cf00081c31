import type { Readable } from 'node:stream';
import { transcodeOutput } from '../../engine/transcode-output.ts';
import { remux } from '../../media/cuts/remux.ts';
import { flatten } from '../../media/isobmff/flatten.ts';
import { logText } from '../../media/isobmff/sample-log.ts';
import { secondsOf } from '../../media/isobmff/write-flat.ts';
import type { Recipe } from '../../plan/plan-export.ts';
import type { Body, BodyContext } from './body.ts';

/** Produces MP4 as `/stream` does, without its fragments. */
export async function movieBody(
  { plan }: Extract<Recipe, { kind: 'movie' }>,
  context: BodyContext,
): Promise<Body> {
  const fragmented: AsyncIterable<Uint8Array> | Readable =
    plan.kind === 'remux'
      ? remux(context.probed, context.access, plan, context.signal)
      : await transcodeOutput(plan.output, context);
  const { logs, media } = await flatten(fragmented);
  return {
    chunks: media,
    secondsDone: () => Math.max(0, ...logs.filter(({ sizes }) => sizes.length > 0).map(secondsOf)),
    finish: () => ({ index: logs.map(logText).join('\n'), next: 1 }),
  };
}
