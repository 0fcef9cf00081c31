import * as v from 'valibot';
import type { StoredRecord } from './store.ts';

/** Returns what a record says; null if there is none, or if it is damaged or of another version of Sluice. */
export function parseRecord<T>(
  schema: v.GenericSchema<unknown, T>,
  record: Pick<StoredRecord, 'text'> | null | undefined,
): T | null {
  if (!record) return null;
  try {
    return v.parse(schema, JSON.parse(record.text));
  } catch {
    return null;
  }
}
