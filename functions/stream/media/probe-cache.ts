import { setMaxListeners } from 'node:events';
import type { StoredObject } from '../source/source.ts';
import { unlessAborted } from '../source/unless-aborted.ts';
import { heldBytes } from './held-bytes.ts';
import type { Probed } from './probe.ts';

/** What was probed last, shared by the requests that one process answers: of each object its latest version. */
export type ProbeCache = {
  /** Null where nothing is kept of the object. It may have been replaced since: reads of it are pinned, and tell. */
  latest(key: string): ProbedObject | null;
  /**
   * The probe of this version, which `make` makes where none is kept. Those who ask at the same time share one, which
   * ends when none of them waits any more; what fails is not kept.
   */
  get(object: StoredObject, signal: AbortSignal, make: MakeProbe): Promise<Probed>;
  /** What is kept of the object is of a version that is no more. */
  forget(key: string): void;
  /** An estimate of the memory that is held. */
  readonly usedBytes: number;
};

export type ProbedObject = { readonly object: StoredObject; readonly probed: Probed };
type MakeProbe = (signal: AbortSignal) => Promise<Probed>;

/** Two films of two hours, or hundreds of short ones. */
const DEFAULT_BYTES = 64 * 1024 * 1024;

export function createProbeCache(maxBytes: number = DEFAULT_BYTES): ProbeCache {
  // A Map keeps the order of insertion: the first is the one that was not used for longest.
  const kept = new Map<string, ProbedObject & { readonly bytes: number }>();
  const pending = new Map<string, SharedProbe>();
  let usedBytes = 0;

  return {
    latest: use,

    async get(object, signal, make) {
      const known = use(object.key);
      if (known?.object.etag === object.etag) return known.probed;
      const id = `${object.etag} ${object.key}`;
      const shared = pending.get(id) ?? start(id, object, make);
      return shared.wait(signal);
    },

    forget: drop,

    get usedBytes() {
      return usedBytes;
    },
  };

  function use(key: string): ProbedObject | null {
    const entry = kept.get(key);
    if (entry === undefined) return null;
    kept.delete(key);
    kept.set(key, entry);
    return entry;
  }

  function start(id: string, object: StoredObject, make: MakeProbe): SharedProbe {
    const shared = shareProbe(make, () => {
      if (pending.get(id) === shared) pending.delete(id);
    });
    pending.set(id, shared);
    shared.probed.then(
      (probed) => keep(object, probed),
      () => {},
    );
    return shared;
  }

  function keep(object: StoredObject, probed: Probed): void {
    const bytes = heldBytes(probed);
    drop(object.key);
    if (bytes > maxBytes) return;
    kept.set(object.key, { object, probed, bytes });
    usedBytes += bytes;
    for (const key of kept.keys()) {
      if (usedBytes <= maxBytes) break;
      drop(key);
    }
  }

  function drop(key: string): void {
    usedBytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
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
