import { describeError } from '../base/describe-error.ts';
import { readTags } from '../media/demux/read-tags.ts';
import { readFreeForm } from '../media/isobmff/free-form.ts';
import { NO_REPLAY_GAIN, type Tags } from '../media/model/tags.ts';
import type { Output } from '../plan/output.ts';
import { filmsOf } from '../plan/plan-input.ts';
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
  const { hasCover, ...tags } = await readTags(access, signal, await freeFormOf(context));
  const isSong = filmsOf(probed.media).length === 0;
  const cover = hasCover && isSong ? await coverOf(context) : null;
  return { ...tags, replayGain: output.loudness === null ? tags.replayGain : NO_REPLAY_GAIN, cover };
}

/** The index of a song is shorter; that of a long film is not read for this. */
const MOST_INDEX_BYTES = 16 * 2 ** 20;

/** Returns the values of an MP4 that have names of their own. */
async function freeFormOf({
  access,
  probed: { movie },
}: EngineContext): Promise<ReadonlyMap<string, string>> {
  if (movie === null || movie.moov.end - movie.moov.start > MOST_INDEX_BYTES) return new Map();
  const { start, end, headerBytes } = movie.moov;
  const bytes = movie.moovBytes ?? Buffer.from(await access.read(start, end));
  return readFreeForm(bytes, { body: headerBytes, end: bytes.length });
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
