import { setMaxListeners } from 'node:events';
import { LRUCache } from 'lru-cache';
import type { StoredObject } from '../../source/source.ts';
import { unlessAborted } from '../../source/unless-aborted.ts';
import { heldBytes } from './held-bytes.ts';
import type { Probed } from './probe.ts';

/** What was probed last, shared by the requests that one process answers: of each object its latest version. */
export type ProbeCache = {
  /** Null where nothing is kept of the object. */
  latest(key: string): LatestProbe | null;
  /**
   * The probe of this version, which `make` makes where none is kept. Those who ask at the same time share one, which
   * ends when none of them waits any more; what fails is not kept.
   */
  get(object: StoredObject, signal: AbortSignal, make: MakeProbe): Promise<Probed>;
  /** The store has just said that this version is there: what is kept of another one is dropped. */
  confirm(object: StoredObject): void;
  /** What is kept of the object is of a version that is no more. */
  forget(key: string): void;
  /** An estimate of the memory that is held. */
  readonly usedBytes: number;
};

export type ProbedObject = { readonly object: StoredObject; readonly probed: Probed };
/** `isFresh`: the store has said within the last half minute that the version is there. */
export type LatestProbe = ProbedObject & { readonly isFresh: boolean };
type MakeProbe = (signal: AbortSignal) => Promise<Probed>;
type Entry = ProbedObject & { readonly bytes: number; confirmedAt: number };

/** Two films of two hours, or hundreds of short ones. */
const DEFAULT_BYTES = 64 * 1024 * 1024;
const FRESH_MILLISECONDS = 30_000;

/** `now` is to go on while the process is frozen between two requests. */
export function createProbeCache(maxBytes: number = DEFAULT_BYTES, now = Date.now): ProbeCache {
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => Math.max(1, bytes),
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
    // Whoever has it made has just looked at it; while it is made, it may be replaced.
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
  // Whoever waits hears of the failure by himself.
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
          // At once, so that whoever comes next does not join a probe that is being given up.
          onOver();
          controller.abort(new Error('Nobody waits for this probe any more.'));
        }
      }
    },
  };
}
