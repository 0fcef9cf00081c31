import { type FuzzTargets, requestAt } from './requests.ts';
import type { Tally } from './tally.ts';
import { faultsOf, type Rules } from './verdict.ts';
import { sendRaw } from './wire.ts';

export type RequestAttack = {
  readonly port: number;
  readonly seed: number;
  readonly indexes: Iterable<number>;
  readonly workers: number;
  readonly targets: FuzzTargets;
  readonly rules: Pick<Rules, 'mostBodyBytes' | 'secrets'>;
  readonly tally: Tally;
};

const PATIENCE_MILLISECONDS = 45_000;

/** Sends the requests with these numbers, and returns the faults of the answers, each with its number. */
export async function attackWithRequests(attack: RequestAttack): Promise<string[]> {
  const { port, seed, targets, rules, tally } = attack;
  const faults: string[] = [];
  const indexes = attack.indexes[Symbol.iterator]();
  const work = async () => {
    for (let next = indexes.next(); !next.done; next = indexes.next()) {
      const index = next.value;
      const { kind, isHead, bytes } = requestAt(seed, index, targets);
      const answer = await sendRaw({ port, bytes, isHead, patienceMilliseconds: PATIENCE_MILLISECONDS });
      tally.add(kind, answer.status);
      const mayBreak = kind === 'no HTTP' || bytes.length > 15_000;
      const mayBreakInBody = kind === 'stream' || kind === 'segment';
      const found = faultsOf(answer, { ...rules, mayBreak, mayBreakInBody });
      const line = bytes.toString('latin1').split('\r\n', 1)[0]?.slice(0, 200);
      if (found.length > 0) faults.push(`request ${index} (${JSON.stringify(line)}): ${found.join(', ')}`);
    }
  };
  await Promise.all(Array.from({ length: attack.workers }, work));
  return faults;
}
