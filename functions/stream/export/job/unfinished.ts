import { excessOf, type Limits } from '../../base/limits.ts';
import type { ExportRecord, ShardRecord } from './record.ts';
import type { Aged } from './states.ts';

/** An export that was begun, as the list of those that are not finished has it. */
export type Begun = {
  readonly id: string;
  /** A hash that stands for the object. */
  readonly object: string;
  /** The id of the signing key; null if addresses are not signed. */
  readonly signer: string | null;
  /** When it was begun, in milliseconds. */
  readonly atMs: number;
};

/** The limits of exports that are not finished. */
export type ExportLimits = Pick<Limits, 'maxExports' | 'maxObjectExports' | 'maxKeyExports'>;

/** Says in a sentence why one more may not begin beside `others`; null if it may. */
export function excessOfExports(
  { object, signer }: Pick<Begun, 'object' | 'signer'>,
  others: readonly Begun[],
  limits: ExportLimits,
): string | null {
  const ofObject = others.filter((other) => other.object === object).length;
  const ofSigner = signer === null ? 0 : others.filter((other) => other.signer === signer).length;
  return (
    excessOf('maxObjectExports', ofObject + 1, limits) ??
    excessOf('maxKeyExports', signer === null ? 0 : ofSigner + 1, limits) ??
    excessOf('maxExports', others.length + 1, limits)
  );
}

/** Longer than any silence of work that goes on, or that waits for an instance while a client follows. */
export const SILENT_SECONDS = 60;

/** Whether an export still costs something: it has not ended, and somebody has worked on it or followed it lately. */
export function isUnfinished(
  record: Aged<ExportRecord> | null,
  shards: readonly Aged<ShardRecord>[],
): boolean {
  if (record === null || record.value.stage.kind === 'done' || record.value.stage.kind === 'failed')
    return false;
  return [record, ...shards].some(({ ageSeconds }) => ageSeconds < SILENT_SECONDS);
}
