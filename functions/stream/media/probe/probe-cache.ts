import { setMaxListeners } from 'node:events';
import { LRUCache } from 'lru-cache';
import { unlessAborted } from '../../base/abort.ts';
import type { StoredObject } from '../../source/source.ts';
import { knownTable } from '../isobmff/describe-movie.ts';
import type { Movie } from '../isobmff/movie.ts';
import type { Media } from '../model/media.ts';
import type { Probed } from './probe.ts';

/** The last probes, shared by the requests that one process answers: the latest version of each object. */
export type ProbeCache = {
  /** Returns the latest probe of the object, or null. */
  latest(key: string): LatestProbe | null;
  /**
   * Returns the probe of this version, from the cache or by `make`. Concurrent callers share one, which ends
   * when none of them waits any longer; failures are not cached.
   */
  get(object: StoredObject, signal: AbortSignal, make: MakeProbe): Promise<Probed>;
  /** Records that the store has just confirmed this version: the probe of another one is dropped. */
  confirm(object: StoredObject): void;
  /** Drops the object's probe, since its version is gone. */
  forget(key: string): void;
  /** An estimate of the memory that is held. */
  readonly usedBytes: number;
};

export type ProbedObject = { readonly object: StoredObject; readonly probed: Probed };
/** `isFresh`: the store has confirmed the version within the last half minute. */
export type LatestProbe = ProbedObject & { readonly isFresh: boolean };
type MakeProbe = (signal: AbortSignal) => Promise<Probed>;
type Entry = ProbedObject & { readonly bytes: number; confirmedAt: number };

/** Two films of two hours, or hundreds of short ones. */
const DEFAULT_BYTES = 64 * 1024 * 1024;
const FRESH_MILLISECONDS = 30_000;

/** Creates the cache. `now` must advance while the process is frozen between two requests. */
export function createProbeCache(maxBytes: number = DEFAULT_BYTES, now = Date.now): ProbeCache {
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => bytes,
  });
  const pending = new Map<string, SharedProbe>();

  return {
    latest(key) {
      const entry = entries.get(key);
      if (entry === undefined) return null;
      const { object, probed, confirmedAt } = entry;
      return { object, probed, isFresh: now() - confirmedAt < FRESH_MILLISECONDS };
    },

    async get(object, signal, make) {
      const known = entries.get(object.key);
      if (known?.object.etag === object.etag) return known.probed;
      const id = `${object.etag} ${object.key}`;
      const shared = pending.get(id) ?? start(id, object, make);
      return shared.wait(signal);
    },

    confirm(object) {
      const entry = entries.peek(object.key);
      if (entry === undefined) return;
      if (entry.object.etag === object.etag) entry.confirmedAt = now();
      else entries.delete(object.key);
    },

    forget: (key) => void entries.delete(key),

    get usedBytes() {
      return entries.calculatedSize;
    },
  };

  function start(id: string, object: StoredObject, make: MakeProbe): SharedProbe {
    const shared = shareProbe(make, () => {
      if (pending.get(id) === shared) pending.delete(id);
    });
    pending.set(id, shared);
    // The caller has just seen this version; it may be replaced during the probe.
    const confirmedAt = now();
    shared.probed.then(
      (probed) => void entries.set(object.key, { object, probed, bytes: heldBytes(probed), confirmedAt }),
      () => {},
    );
    return shared;
  }
}

type SharedProbe = { readonly probed: Promise<Probed>; wait(signal: AbortSignal): Promise<Probed> };

function shareProbe(make: MakeProbe, onOver: () => void): SharedProbe {
  const controller = new AbortController();
  // Every read under way listens to it.
  setMaxListeners(0, controller.signal);
  const probed = make(controller.signal).finally(onOver);
  // Each caller receives the failure itself.
  probed.catch(() => {});
  let waiting = 0;
  return {
    probed,
    async wait(signal) {
      waiting++;
      try {
        return await unlessAborted(probed, signal);
      } finally {
        waiting--;
        if (waiting === 0) {
          // Dropped at once, so that nobody joins a probe that is being given up.
          onOver();
          controller.abort(new Error('Nobody waits for this probe any more.'));
        }
      }
    },
  };
}

const BASE_BYTES = 32 * 1024;
/** Bytes for cutting video at one keyframe. */
const KEY_FRAME_BYTES = 4;
/** Bytes for cutting a second of audio at each of its frames. */
const AUDIO_BYTES = 47 * 28;

/** Estimates the memory that a probe holds, including what is derived from it later: a whole number of bytes. */
export function heldBytes({ movie, media }: Probed): number {
  return BASE_BYTES + (movie === null ? audioBytes(media) : indexBytes(movie));
}

function indexBytes(movie: Movie): number {
  const tables = movie.tracks.map((track) => {
    const table = knownTable(movie, track);
    if (table === null) return 0;
    const cuts = track.handler === 'soun' ? 0 : table.sync.sumBefore(table.count);
    return table.heldBytes + cuts * KEY_FRAME_BYTES;
  });
  return (movie.moovBytes?.byteLength ?? 0) + tables.reduce((sum, bytes) => sum + bytes, 0);
}

function audioBytes({ durationSeconds, tracks }: Media): number {
  return tracks.filter(({ kind }) => kind === 'audio').length * Math.ceil(durationSeconds ?? 0) * AUDIO_BYTES;
}
