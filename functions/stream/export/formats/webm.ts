import { transcodeOutput } from '../../engine/transcode-output.ts';
import { indexWebm } from '../../media/heads/webm-index.ts';
import type { Output } from '../../plan/output.ts';
import type { Body, BodyDesk } from './body.ts';

export async function webmBody(output: Output, desk: BodyDesk): Promise<Body> {
  const made = await transcodeOutput(output, desk);
  const { numerator, denominator } =
    output.video?.kind === 'encode' ? output.video.frameRate : { numerator: 1, denominator: 0 };
  const { chunks, index } = indexWebm(made, (1000 * denominator) / numerator);
  return {
    chunks,
    secondsDone: () => index().duration / 1000,
    finish: () => ({ index: JSON.stringify(index()), next: 1 }),
  };
}
