import { Readable } from 'node:stream';
import { damaged } from '../base/problem.ts';
import type { Engine } from '../engine/ffmpeg.ts';
import { transcodeOutput } from '../engine/transcode-output.ts';
import { type Desk, openOriginal, openPieces } from '../http/original.ts';
import type { LiveRepresentation, Representation } from '../http/representation.ts';
import { begun } from '../media/begun.ts';
import { faststart } from '../media/isobmff/faststart.ts';
import { padFirstFragments } from '../media/isobmff/pad-fragments.ts';
import { trackEnds } from '../media/probe/ends-of-tracks.ts';
import type { Probed } from '../media/probe/probe.ts';
import { remux } from '../media/remux.ts';
import { type Output, samplingOf } from '../plan/output.ts';
import { type OutputLength, outputLength, tracksToMeasure } from '../plan/output-length.ts';
import type { StreamPlan } from '../plan/stream-plan.ts';
import { hashOf } from '../plan/tag.ts';
import type { StoredObject } from '../source/source.ts';
import { cachedFormOf } from './cached-form.ts';
import { ofLength } from './of-length.ts';
import { wavBytes, withLength } from './told-length.ts';

type TranscodePlan = Extract<StreamPlan, { kind: 'transcode' }>;

/** What may be left out at the end, of a frame that decoders want more of to a gap that the file's length does not know. */
const MISSING_SECONDS = 1;

/** Turns a plan into what can be sent; work starts when the representation is opened. */
export async function openStream(
  plan: StreamPlan,
  desk: Desk,
  { probed, engine }: { readonly probed: Probed; readonly engine: Engine },
): Promise<Representation> {
  const { access, signal } = desk;
  const { contentType } = plan;
  const options = { contentType, contentDisposition: null, presignSeconds: desk.limits.presignSeconds };
  switch (plan.kind) {
    case 'passthrough':
      return openOriginal(desk, options);
    case 'faststart': {
      const made = probed.movie && (await faststart(probed.movie, access, plan));
      if (!made) throw damaged('The index of the file cannot be moved to its front.');
      const variant = plan.withoutLocation ? 'faststart-private' : 'faststart';
      return openPieces(desk, { ...made, variant }, options);
    }
    case 'remux':
      return live(plan, desk, () => readable(padFirstFragments(remux(probed, access, plan, signal))));
    case 'transcode':
      return transcoded(plan, { ...desk, probed, engine });
    default:
      return plan satisfies never;
  }
}

function live(plan: StreamPlan, { object, trace }: Desk, open: () => Promise<Readable>): LiveRepresentation {
  return {
    kind: 'live',
    contentType: plan.contentType,
    etag: tagOf(plan, object),
    ...cachedFormOf(plan),
    open: () => trace.time('first', open),
  };
}

/** With the first of it made: what fails before that is still answered with a problem. */
async function readable(chunks: AsyncGenerator<Uint8Array, void, void> | Readable): Promise<Readable> {
  if (chunks instanceof Readable) return chunks;
  const made = await begun(chunks);
  return Readable.from(made ?? [], { objectMode: false, highWaterMark: 256 * 1024 });
}

/** Weak, since encoders promise the same picture and not the same bytes on every machine. */
function tagOf({ reason: _, predicted: __, ...plan }: StreamPlan, object: StoredObject): string {
  return `W/"${hashOf(object, plan)}"`;
}

type TranscodeDesk = Desk & { readonly probed: Probed; readonly engine: Engine };

async function transcoded(plan: TranscodePlan, desk: TranscodeDesk): Promise<LiveRepresentation> {
  const { output } = plan;
  if (output.format !== 'wav') {
    return live(plan, desk, async () => transcode(output, await lengthOf(output, desk), desk));
  }
  // Nothing but samples: with their number, the size is known before any of them is made.
  const length = await lengthOf(output, desk);
  const sizeBytes = length && wavBytes(output, length);
  const open = () => transcode(output, length, desk);
  if (sizeBytes === null) return live(plan, desk, open);
  const { sampleRate, channels } = samplingOf(output);
  const most = MISSING_SECONDS * sampleRate * 2 * channels;
  const counted = async () => readable(ofLength(await open(), { bytes: sizeBytes, most }));
  return { ...live(plan, desk, counted), sizeBytes };
}

async function lengthOf(
  output: Output,
  { access, probed: { media, endsEarly }, signal }: TranscodeDesk,
): Promise<OutputLength | null> {
  if (endsEarly) return null;
  return outputLength(media, output, await trackEnds(access, tracksToMeasure(media, output), signal));
}

async function transcode(
  output: Output,
  length: OutputLength | null,
  desk: TranscodeDesk,
): Promise<Readable> {
  const made = withLength(await transcodeOutput(output, desk), output, length);
  return readable(output.format === 'mp4' ? padFirstFragments(made) : made);
}
