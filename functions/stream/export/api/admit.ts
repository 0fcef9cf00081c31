import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { busy, Problem } from '../../base/problem.ts';
import { unlessAborted } from '../../base/unless-aborted.ts';
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
};

/** The record of exports that were begun and, as far as anybody has looked, are not finished. */
const NAME = 'exports/unfinished';
/** Looking after all of them takes some dozens of reads, and may be asked for by anybody. */
const LOOK_AGAIN_SECONDS = 2;
const ATTEMPTS = 8;
const MOST_WAIT_MILLISECONDS = 150;

/**
 * Admits an export, once. Throws `too-many-exports` if as many as may be are not finished. Whoever ends one says
 * nothing: when a limit is reached, the records of the exports tell which of them have ended.
 */
export async function admit(asked: Omit<Begun, 'atMs'>, { store, limits, signal }: Admission): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await store.readRecord(NAME, signal);
    const write = (begun: readonly Begun[]) => store.writeRecord(NAME, JSON.stringify(begun), found, signal);
    let begun = found === null ? [] : parse(found.text);
    if (begun.some(({ id }) => id === asked.id)) return;
    let excess = excessOfExports(asked, begun, limits);
    if (found !== null && excess !== null && found.ageSeconds >= LOOK_AGAIN_SECONDS) {
      begun = await stillUnfinished(begun, store, signal);
      excess = excessOfExports(asked, begun, limits);
      // The time of this look counts, whatever it has shown.
      if (excess !== null) await write(begun);
    }
    if (excess !== null) throw tooMany(excess);
    if ((await write([...begun, { ...asked, atMs: Date.now() }])) !== null) return;
    // Others begin exports at the same moment.
    await unlessAborted(delay(Math.random() * MOST_WAIT_MILLISECONDS), signal);
  }
  throw busy('Many exports begin at this moment');
}

async function stillUnfinished(
  begun: readonly Begun[],
  store: DerivedStore,
  signal: AbortSignal,
): Promise<readonly Begun[]> {
  const goOn = await Promise.all(begun.map((one) => goesOn(one, store, signal)));
  return begun.filter((_, i) => goOn[i]);
}

async function goesOn({ id, atMs }: Begun, store: DerivedStore, signal: AbortSignal): Promise<boolean> {
  const jobs = openJobStore(store, id);
  const record = await jobs.read(signal);
  // Its record is not written yet.
  if (record === null && Date.now() - atMs < SILENT_SECONDS * 1000) return true;
  const { stage, generation = 0 } = record?.value ?? {};
  const count = stage?.kind === 'running' ? stage.shards : 0;
  return isUnfinished(record, await jobs.readShards(count, generation, signal));
}

function tooMany(excess: string): Problem {
  return new Problem('too-many-exports', `${excess}; wait until one of them has ended.`, {
    headers: { 'retry-after': '30' },
  });
}

const BEGUN = v.array(
  v.object({ id: v.string(), object: v.string(), signer: v.nullable(v.string()), atMs: v.number() }),
);

/** A record that another version wrote is begun anew. */
function parse(text: string): readonly Begun[] {
  try {
    return v.parse(BEGUN, JSON.parse(text));
  } catch {
    return [];
  }
}
