import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { unlessAborted } from '../../base/abort.ts';
import { busy, Problem } from '../../base/problem.ts';
import { parseRecord } from '../../derived/parse-record.ts';
import type { DerivedStore } from '../../derived/store.ts';
import { openJobStore } from '../job/job-store.ts';
import {
  type Begun,
  type ExportLimits,
  excessOfExports,
  isUnfinished,
  SILENT_SECONDS,
} from '../job/unfinished.ts';

type Admission = {
  readonly store: DerivedStore;
  readonly limits: ExportLimits;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/** The record of exports that were begun and, as far as anybody has looked, are not finished. */
const NAME = 'exports/unfinished';
/** Looking after all of them takes some dozens of reads, and may be asked for by anybody. */
const LOOK_AGAIN_MILLISECONDS = 2_000;
const ATTEMPTS = 8;
const MOST_WAIT_MILLISECONDS = 150;

/**
 * Admits an export, once. Throws `too-many-exports` if as many as may be are not finished. Whoever ends one says
 * nothing: when a limit is reached, the records of the exports tell which of them have ended.
 */
export async function admit(asked: Omit<Begun, 'atMs'>, admission: Admission): Promise<void> {
  const { store, limits, signal, now = Date.now } = admission;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await store.readRecord(NAME, signal);
    const write = (list: List) => store.writeRecord(NAME, JSON.stringify(list), found, signal);
    // A record of another version is begun anew.
    let list: List = parseRecord(LIST, found) ?? NONE;
    if (list.begun.some(({ id }) => id === asked.id)) return;
    let excess = excessOfExports(asked, list.begun, limits);
    if (excess !== null && now() - list.lookedAtMs >= LOOK_AGAIN_MILLISECONDS) {
      list = { begun: await stillUnfinished(list.begun, admission), lookedAtMs: now() };
      excess = excessOfExports(asked, list.begun, limits);
      // The time of this look counts, whatever it has shown.
      if (excess !== null) await write(list);
    }
    if (excess !== null) throw tooMany(excess);
    const begun = [...list.begun, { ...asked, atMs: now() }];
    if ((await write({ ...list, begun })) !== null) return;
    // Others begin exports at the same moment.
    await unlessAborted(delay(Math.random() * MOST_WAIT_MILLISECONDS), signal);
  }
  throw busy('Many exports begin at this moment');
}

async function stillUnfinished(begun: readonly Begun[], admission: Admission): Promise<readonly Begun[]> {
  const goOn = await Promise.all(begun.map((one) => goesOn(one, admission)));
  return begun.filter((_, i) => goOn[i]);
}

async function goesOn({ id, atMs }: Begun, { store, signal, now = Date.now }: Admission): Promise<boolean> {
  const jobs = openJobStore(store, id);
  const record = await jobs.read(signal);
  // Its record is not written yet.
  if (record === null && now() - atMs < SILENT_SECONDS * 1000) return true;
  const { stage, generation = 0 } = record?.value ?? {};
  const count = stage?.kind === 'running' ? stage.shards : 0;
  return isUnfinished(record, await jobs.readShards(count, generation, signal));
}

function tooMany(excess: string): Problem {
  return new Problem('too-many-exports', `${excess}; wait until one of them has ended.`, {
    headers: { 'retry-after': '30' },
  });
}

const LIST = v.object({
  /** When the records of all of them were read, in milliseconds. */
  lookedAtMs: v.number(),
  begun: v.array(
    v.object({ id: v.string(), object: v.string(), signer: v.nullable(v.string()), atMs: v.number() }),
  ),
});

type List = { readonly lookedAtMs: number; readonly begun: readonly Begun[] };

const NONE: List = { lookedAtMs: 0, begun: [] };
