import { describeError } from '../base/describe-error.ts';
import { readTags } from '../media/demux/read-tags.ts';
import { NO_REPLAY_GAIN, type Tags } from '../media/model/tags.ts';
import type { Output } from '../plan/output.ts';
import { filmsOf } from '../plan/select-tracks.ts';
import { encodeCover } from './cover.ts';
import type { EngineContext } from './transcode-object.ts';

/** Encoded anew, a cover has no place (GPS) in its own metadata. */
const COVER = { width: 1_000, height: 1_000, fit: 'contain' } as const;
const CODING = { format: 'jpeg', quality: 90 } as const;
/** Of what an image of this size has, the most by far. */
const MOST_COVER_BYTES = 2 ** 20;

/**
 * Finds the tags for an output of an object; null for an output without. ReplayGain is left out at another loudness, which
 * it is not about, and a cover that cannot be decoded. Fails as `Engine` says of an object that cannot be read.
 */
export async function findTags(output: Output, context: EngineContext): Promise<Tags | null> {
  if (!output.isTagged) return null;
  const { access, probed, signal } = context;
  const { hasCover, ...tags } = await readTags(access, signal);
  const isSong = filmsOf(probed.media).length === 0;
  const cover = hasCover && isSong ? await coverOf(context) : null;
  return { ...tags, replayGain: output.loudness === null ? tags.replayGain : NO_REPLAY_GAIN, cover };
}

async function coverOf(context: EngineContext): Promise<Uint8Array | null> {
  const { signal, trace } = context;
  try {
    const cover = await encodeCover(COVER, CODING, context);
    return cover.length <= MOST_COVER_BYTES ? cover : null;
  } catch (error) {
    signal.throwIfAborted();
    trace.note({ noCover: describeError(error) });
    return null;
  }
}
