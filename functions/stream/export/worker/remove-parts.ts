import type { Shift } from './worker.ts';

/**
 * Removes what the lanes of an export that has ended have made, as far as they tell; the rest expires with all that is
 * kept. Never rejects.
 */
export async function removeParts(
  { work, ledger, store }: Pick<Shift, 'work' | 'ledger' | 'store'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const record = await ledger.read(signal);
    const { generation, stage } = record?.value ?? {};
    if (generation !== work.generation || (stage?.kind !== 'done' && stage?.kind !== 'failed')) return;
    for (let number = 0; ; number++) {
      const lane = await ledger.readLane(number, signal);
      if (lane?.value.generation !== generation) return;
      await Promise.allSettled(lane.value.pieces.map(({ name }) => store.remove(name, signal)));
    }
  } catch {
    // The export has ended all the same.
  }
}
