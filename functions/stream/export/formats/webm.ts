import { transcodeOutput } from '../../engine/transcode-output.ts';
import { indexWebm } from '../../media/heads/webm-index.ts';
import type { Output } from '../../plan/output.ts';
import type { Body, BodyContext } from './body.ts';

export async function webmBody(output: Output, context: BodyContext): Promise<Body> {
  const encoded = await transcodeOutput(output, context);
  const { numerator, denominator } =
    output.video?.kind === 'encode' ? output.video.frameRate : { numerator: 1, denominator: 0 };
  const { chunks, index } = indexWebm(encoded, (1000 * denominator) / numerator);
  return {
    chunks,
    secondsDone: () => index().duration / 1000,
    finish: () => ({ index: JSON.stringify(index()), next: 1 }),
  };
}
