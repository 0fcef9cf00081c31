import { damaged } from '../../base/problem.ts';
import { findTags } from '../../engine/find-tags.ts';
import { transcodeOutput } from '../../engine/transcode-output.ts';
import { withTags } from '../../engine/with-tags.ts';
import { openExtents, openOriginal } from '../../http/original.ts';
import { faststart } from '../../media/isobmff/faststart.ts';
import { type Output, samplingOf } from '../../plan/output.ts';
import type { Recipe } from '../../plan/plan-export.ts';
import type { Body, BodyContext } from './body.ts';

/** Returns a body that needs no head; `secondsAt` converts a number of bytes into seconds. */
function counted(chunks: AsyncIterable<Uint8Array>, secondsAt: (bytes: number) => number): Body {
  let bytes = 0;
  async function* counting() {
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  return {
    chunks: counting(),
    secondsDone: () => secondsAt(bytes),
    finish: () => ({ index: String(bytes), next: 1 }),
  };
}

/** Returns the object's own bytes, with the index moved to the front if asked for. */
export async function originalBody(
  { plan }: Extract<Recipe, { kind: 'original' }>,
  context: BodyContext,
): Promise<Body> {
  const options = { contentType: plan.contentType, contentDisposition: null, presignSeconds: 0 };
  const { probed, access, object } = context;
  const moved =
    plan.kind === 'faststart' && probed.movie ? await faststart(probed.movie, access, plan) : null;
  if (plan.kind === 'faststart' && moved === null)
    throw damaged('The index of the file cannot be moved to its front.');
  const file =
    moved === null
      ? openOriginal(context, options)
      : openExtents(context, { ...moved, variant: 'export' }, options);
  const { sizeBytes } = file;
  const seconds = probed.media.durationSeconds ?? 0;
  const chunks = await file.open({ start: 0, end: sizeBytes });
  return counted(chunks, (bytes) => (seconds * bytes) / Math.max(1, object.sizeBytes));
}

/** Returns the output of ffmpeg, with tags or unchanged: Ogg and ADTS. */
export async function streamBody(output: Output, context: BodyContext): Promise<Body> {
  const tags = await findTags(output, context);
  const audio = await transcodeOutput(output, context);
  const encoded = tags === null ? audio : withTags(audio, output.format, tags);
  const bitrate = output.audio?.kind === 'encode' ? output.audio.bitrate : null;
  return counted(encoded, (bytes) => (bytes * 8) / (bitrate ?? 128_000));
}

/** Returns 16-bit samples alone. */
export async function pcmBody(output: Output, context: BodyContext): Promise<Body> {
  const encoded = await transcodeOutput(output, context, { muxer: ['-f', 's16le'] });
  const { sampleRate, channels } = samplingOf(output);
  return counted(encoded, (bytes) => bytes / (2 * sampleRate * channels));
}
