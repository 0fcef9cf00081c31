import { LRUCache } from 'lru-cache';
import { unlessAborted } from '../base/abort.ts';
import { describeError } from '../base/describe-error.ts';
import { Problem, sourceUnavailable } from '../base/problem.ts';
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

/** A playlist waits for it. */
const LIST_MILLISECONDS = 3_000;

const known = new WeakMap<Source, LRUCache<string, readonly Sidecar[]>>();

type Leniency = {
  readonly isStrict?: boolean;
  /** Is called where the files beside it are missing. */
  readonly onUnlisted?: () => void;
};

/**
 * Lists the subtitles of a film: its own tracks, and the files beside it. Where the store cannot be listed, only
 * `isStrict` makes that a problem: a film plays without them.
 */
export async function findTextTracks(
  context: Context,
  media: Media,
  { isStrict = false, onUnlisted }: Leniency = {},
): Promise<readonly TextTrack[]> {
  const { source, object, signal, trace } = context;
  const cache = known.get(source) ?? new LRUCache({ max: MOST_KNOWN, ttl: KNOWN_MILLISECONDS });
  known.set(source, cache);
  const found = cache.get(object.key);
  if (found !== undefined) return textTracksOf(media, found);
  try {
    const sidecars = await findSidecars(context);
    cache.set(object.key, sidecars);
    return textTracksOf(media, sidecars);
  } catch (error) {
    if (signal.aborted) throw error;
    if (isStrict) throw error instanceof Problem ? error : sourceUnavailable({ cause: error });
    trace.note({ unlisted: describeError(error) });
    onUnlisted?.();
    return textTracksOf(media, []);
  }
}

async function findSidecars({ source, object, signal, trace }: Context): Promise<readonly Sidecar[]> {
  const { key } = object;
  const within = AbortSignal.any([signal, AbortSignal.timeout(LIST_MILLISECONDS)]);
  const list = () => unlessAborted(source.beside(sidecarPrefix(key), MOST_BESIDE, within), within);
  return sidecarsAmong(key, await trace.time('beside', list));
}
