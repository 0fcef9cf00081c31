import { LRUCache } from 'lru-cache';
import * as v from 'valibot';
import { type Findings, joinFindings, NOTHING_FOUND } from '../media/model/findings.ts';
import { hashOf } from '../plan/tag.ts';
import type { StoredObject } from '../source/source.ts';
import { guardStore, PATIENCE } from './guarded-store.ts';
import { parseRecord } from './parse-record.ts';
import type { DerivedStore, StoredRecord } from './store.ts';

/** What this service has found out about versions of objects, in a record of each: all instances tell the same. */
export type KnownFindings = {
  /** Never waits long for the store, and rejects only with the signal. */
  of(object: StoredObject, signal: AbortSignal): Promise<Findings>;
  /** Adds to it; rejects as the store does. */
  add(object: StoredObject, found: Partial<Findings>, signal: AbortSignal): Promise<void>;
};

const MOST_REMEMBERED = 1_000;
const ATTEMPTS = 4;

/** Without a store, only this process knows. Create it once for a process. */
export function createKnownFindings(
  store: DerivedStore | null,
  onFailure: (error: unknown) => void,
): KnownFindings {
  const guarded = store && guardStore(store, PATIENCE, onFailure);
  const remembered = new LRUCache<string, Findings>({ max: MOST_REMEMBERED });
  const learn = (name: string, found: Findings): Findings => {
    const joined = joinFindings(recall(name), found);
    remembered.set(name, joined);
    return joined;
  };
  return {
    async of(object, signal) {
      const name = nameOf(object);
      const asked = await guarded?.ask((one, within) => one.readRecord(name, within), signal);
      return learn(name, parsed(asked?.answer));
    },

    async add(object, found, signal) {
      const name = nameOf(object);
      learn(name, { ...NOTHING_FOUND, ...found });
      if (store === null) return;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const record = await store.readRecord(name, signal);
        const text = JSON.stringify(learn(name, joinFindings(parsed(record), recall(name))));
        if (record?.text === text) return;
        if ((await store.writeRecord(name, text, record, signal)) !== null) return;
      }
    },
  };

  function recall(name: string): Findings {
    return remembered.get(name) ?? NOTHING_FOUND;
  }
}

function nameOf(object: StoredObject): string {
  return `findings/${hashOf(object, 'findings')}`;
}

const LOUDNESS = v.object({
  audio: v.number(),
  channels: v.number(),
  integrated: v.number(),
  truePeak: v.number(),
});
const RECORD = v.object({ loudness: v.array(LOUDNESS), blur: v.nullable(v.string()) });

function parsed(record: StoredRecord | null | undefined): Findings {
  return parseRecord(RECORD, record) ?? NOTHING_FOUND;
}
