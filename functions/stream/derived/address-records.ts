import * as v from 'valibot';
import type { OutputAddress } from '../http/representation.ts';
import type { StoredObject } from '../source/source.ts';
import type { GuardedStore } from './guarded-store.ts';
import { parseRecord } from './parse-record.ts';

/** What an address was answered with, and the output that was cached then. */
export type AddressRecord = Omit<OutputAddress, 'name'> & {
  readonly contentType: string;
  readonly output: StoredObject;
};

const TEXT = v.object({
  version: v.string(),
  plan: v.string(),
  contentType: v.string(),
  output: v.object({
    key: v.string(),
    etag: v.string(),
    sizeBytes: v.number(),
    lastModified: v.pipe(
      v.string(),
      v.transform((date) => new Date(date)),
    ),
  }),
});

/** Returns the record of an address; null if there is none or the store does not answer in time. */
export async function readAddress(
  guarded: GuardedStore,
  name: string,
  signal: AbortSignal,
): Promise<AddressRecord | null> {
  const asked = await guarded.ask((store, within) => store.readRecord(recordName(name), within), signal);
  return parseRecord(TEXT, asked?.answer);
}

/** Writes what an address was answered with over an older record. Rejects as the store does. */
export async function writeAddress(
  { store }: GuardedStore,
  name: string,
  record: AddressRecord,
  signal: AbortSignal,
): Promise<void> {
  const text = JSON.stringify(record);
  if ((await store.writeRecord(recordName(name), text, null, signal)) !== null) return;
  const found = await store.readRecord(recordName(name), signal);
  // Whoever is faster has written the same, or what is newer.
  if (found?.text !== text) await store.writeRecord(recordName(name), text, found, signal);
}

function recordName(name: string): string {
  return `addresses/${name}`;
}
