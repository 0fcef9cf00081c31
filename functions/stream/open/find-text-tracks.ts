import { LRUCache } from 'lru-cache';
import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import type { ObjectContext } from '../http/original.ts';
import type { Media } from '../media/model/media.ts';
import { type Sidecar, sidecarPrefix, sidecarsAmong } from '../plan/sidecars.ts';
import { type TextTrack, textTracksOf } from '../plan/text-tracks.ts';
import type { Source } from '../source/source.ts';

type Context = Pick<ObjectContext, 'source' | 'object' | 'signal' | 'trace'>;

/** A player asks for a playlist and each of its tracks within a moment. */
const KNOWN_MILLISECONDS = 10_000;
const MOST_KNOWN = 1_000;
/** More than any film has files beside it; the rest is not looked at. */
const MOST_BESIDE = 200;

const known = new WeakMap<Source, LRUCache<string, readonly Sidecar[]>>();

/** Lists the subtitles of a film: its own tracks, and the files beside it where the store may be listed. */
export async function findTextTracks(context: Context, media: Media): Promise<readonly TextTrack[]> {
  const { source, object } = context;
  const cache = known.get(source) ?? new LRUCache({ max: MOST_KNOWN, ttl: KNOWN_MILLISECONDS });
  known.set(source, cache);
  const sidecars = cache.get(object.key) ?? (await findSidecars(context));
  cache.set(object.key, sidecars);
  return textTracksOf(media, sidecars);
}

async function findSidecars({ source, object, signal, trace }: Context): Promise<readonly Sidecar[]> {
  const { key } = object;
  try {
    const list = () => source.beside(sidecarPrefix(key), MOST_BESIDE, signal);
    return sidecarsAmong(key, await trace.time('beside', list));
  } catch (error) {
    // A film plays without what cannot be listed.
    if (!(error instanceof Problem) || signal.aborted) throw error;
    trace.note({ unlisted: describeError(error) });
    return [];
  }
}
