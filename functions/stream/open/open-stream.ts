import { Readable } from 'node:stream';
import { damaged, unsupported } from '../base/problem.ts';
import { findTags } from '../engine/find-tags.ts';
import type { EngineContext } from '../engine/transcode-object.ts';
import { transcodeOutput } from '../engine/transcode-output.ts';
import { wavTagBytes, withTags } from '../engine/with-tags.ts';
import { peekFirst } from '../http/body.ts';
import { type ObjectContext, openExtents, openOriginal } from '../http/original.ts';
import type { CachedForm, LiveRepresentation, Representation } from '../http/representation.ts';
import { remux } from '../media/cuts/remux.ts';
import { webmHead } from '../media/heads/webm.ts';
import { indexWebm } from '../media/heads/webm-index.ts';
import { faststart } from '../media/isobmff/faststart.ts';
import { flatten } from '../media/isobmff/flatten.ts';
import { flatHead } from '../media/isobmff/write-flat.ts';
import { padFirstFragments } from '../media/isobmff/write-fragmented.ts';
import type { Tags } from '../media/model/tags.ts';
import { trackEnds } from '../media/probe/ends-of-tracks.ts';
import { type Output, samplingOf } from '../plan/output.ts';
import { type OutputLength, outputLength, tracksToMeasure } from '../plan/output-length.ts';
import type { StreamPlan } from '../plan/stream-plan.ts';
import { hashOf } from '../plan/tag.ts';
import type { StoredObject } from '../source/source.ts';
import { burntScripts } from './burnt-text.ts';
import { ofLength } from './of-length.ts';
import { wavBytes, withLength } from './with-length.ts';

type TranscodePlan = Extract<StreamPlan, { kind: 'transcode' }>;

/**
 * What may be missing at the end, from a frame that decoders drop to a gap that the file's duration does not
 * include.
 */
const MISSING_SECONDS = 1;

export type StreamServices = Pick<EngineContext, 'probed' | 'engine' | 'onMeasured'>;

/** Turns a plan into what can be sent; work starts when the representation is opened. */
export async function openStream(
  plan: StreamPlan,
  context: ObjectContext,
  { probed, engine, onMeasured }: StreamServices,
): Promise<Representation> {
  const { access, signal } = context;
  const { contentType } = plan;
  const options = { contentType, contentDisposition: null, presignSeconds: context.limits.presignSeconds };
  switch (plan.kind) {
    case 'passthrough':
      return openOriginal(context, options);
    case 'faststart': {
      const bytes = probed.movie && (await faststart(probed.movie, access, plan));
      if (!bytes) throw damaged('The index of the file cannot be moved to its front.');
      const variant = plan.withoutLocation ? 'faststart-private' : 'faststart';
      return openExtents(context, { ...bytes, variant }, options);
    }
    case 'remux':
      return live(plan, context, () => readable(padFirstFragments(remux(probed, access, plan, signal))));
    case 'transcode':
      return transcoded(plan, {
        ...{ ...context, probed, engine, ...(onMeasured && { onMeasured }) },
        burntScript: burntScripts({ ...context, probed }),
      });
    default:
      return plan satisfies never;
  }
}

function live(
  plan: StreamPlan,
  { object, trace }: ObjectContext,
  open: () => Promise<Readable>,
): LiveRepresentation {
  return {
    kind: 'live',
    contentType: plan.contentType,
    etag: tagOf(plan, object),
    ...cachedFormOf(plan),
    open: () => trace.time('first', open),
  };
}

/** Waits for the first chunk: an earlier failure can still be answered with a problem. */
async function readable(chunks: AsyncGenerator<Uint8Array, void, void> | Readable): Promise<Readable> {
  if (chunks instanceof Readable) return chunks;
  const bytes = await peekFirst(chunks);
  return Readable.from(bytes ?? [], { objectMode: false, highWaterMark: 256 * 1024 });
}

/** Weak, since encoders promise the same video but not the same bytes on every machine. */
function tagOf({ reason: _, predicted: __, ...plan }: StreamPlan, object: StoredObject): string {
  return `W/"${hashOf(object, plan)}"`;
}

async function transcoded(
  plan: TranscodePlan,
  context: ObjectContext & EngineContext,
): Promise<LiveRepresentation> {
  const { output } = plan;
  if (output.format !== 'wav') {
    return live(plan, context, async () => {
      const [length, tags] = [await lengthOf(output, context), await findTags(output, context)];
      return transcode(output, { length, tags }, context);
    });
  }
  // The file is only samples: their number gives the size before any of them is decoded.
  const length = await lengthOf(output, context);
  const samplesBytes = length && wavBytes(output, length);
  if (samplesBytes === null) {
    return live(plan, context, async () =>
      transcode(output, { length, tags: await findTags(output, context) }, context),
    );
  }
  const tags = await findTags(output, context);
  const open = () => transcode(output, { length, tags }, context);
  const sizeBytes = samplesBytes + wavTagBytes(tags);
  const { sampleRate, channels } = samplingOf(output);
  const most = MISSING_SECONDS * sampleRate * 2 * channels;
  const counted = async () => readable(ofLength(await open(), { bytes: sizeBytes, most }));
  return { ...live(plan, context, counted), sizeBytes };
}

async function lengthOf(
  output: Output,
  { access, probed: { media, endsEarly }, signal }: ObjectContext & EngineContext,
): Promise<OutputLength | null> {
  if (endsEarly) return null;
  return outputLength(media, output, await trackEnds(access, tracksToMeasure(media, output), signal));
}

async function transcode(
  output: Output,
  { length, tags }: { readonly length: OutputLength | null; readonly tags: Tags | null },
  context: ObjectContext & EngineContext,
): Promise<Readable> {
  const bytes = withLength(await transcodeOutput(output, context), output, length);
  if (tags !== null) return readable(withTags(bytes, output.format, tags));
  return readable(output.format === 'mp4' ? padFirstFragments(bytes) : bytes);
}

/** Returns the form in which an output of `/stream` is cached. */
export function cachedFormOf(plan: StreamPlan): { readonly cachedForm?: CachedForm } {
  switch (plan.contentType) {
    case 'video/mp4':
    case 'audio/mp4':
      return { cachedForm: plainMovie };
    case 'video/webm':
    case 'audio/webm':
      return { cachedForm: seekableWebm };
    default:
      return {};
  }
}

/**
 * The limit for all tracks together: their index is held in memory, in 150 MB at most. Two hours of 24 frames
 * a second with AAC have this many.
 */
const MAX_SAMPLES = 500_000;

/**
 * Removes the fragments: Chromium, mpv and ffprobe scan the whole of a fragmented MP4 that has ranges and no
 * index, and Firefox reads everything before a seek target, even with a `sidx`.
 */
const plainMovie: CachedForm = async (live) => {
  const { logs, media } = await flatten(live);
  let bytes = 0;
  async function* body() {
    for await (const chunk of media) {
      if (logs.reduce((sum, { sizes }) => sum + sizes.length, 0) > MAX_SAMPLES)
        throw unsupported(`The file has more than ${MAX_SAMPLES} samples, too many for an index in memory.`);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  return { body: body(), head: () => flatHead(logs, bytes) };
};

/** Adds the duration and the cues. */
const seekableWebm: CachedForm = async (live) => {
  const { chunks, index } = indexWebm(live, null);
  return { body: chunks, head: () => webmHead(index()) };
};
