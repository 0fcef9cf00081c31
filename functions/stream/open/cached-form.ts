import { unsupported } from '../base/problem.ts';
import type { CachedForm } from '../http/representation.ts';
import { webmHead } from '../media/heads/webm.ts';
import { indexWebm } from '../media/heads/webm-index.ts';
import { flatten } from '../media/isobmff/flatten.ts';
import { flatHead } from '../media/isobmff/write-flat.ts';
import type { StreamPlan } from '../plan/stream-plan.ts';

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
