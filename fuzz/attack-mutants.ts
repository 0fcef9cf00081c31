import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mutant, mutantAt } from './mutants.ts';
import { segmentAddresses } from './segment-addresses.ts';
import type { Tally } from './tally.ts';
import { faultsOf, type Rules } from './verdict.ts';
import { sendRaw } from './wire.ts';

export type MutantAttack = {
  readonly port: number;
  /** The folder that the service serves. */
  readonly folder: string;
  readonly seed: number;
  readonly indexes: Iterable<number>;
  readonly workers: number;
  readonly originals: readonly string[];
  readonly rules: Pick<Rules, 'mostBodyBytes' | 'secrets'>;
  readonly tally: Tally;
  readonly patienceMilliseconds: number;
};

/** Puts these mutants into the folder one by one, requests each in every way, and returns the faults. */
export async function attackWithMutants(attack: MutantAttack): Promise<string[]> {
  const { folder, seed, originals, workers } = attack;
  const faults: string[] = [];
  const indexes = attack.indexes[Symbol.iterator]();
  const work = async () => {
    for (let next = indexes.next(); !next.done; next = indexes.next()) {
      const mutant = mutantAt(seed, next.value, originals);
      const path = join(folder, mutant.name);
      await writeFile(path, mutant.bytes);
      for (const fault of await askForAll(mutant, attack))
        faults.push(`mutant ${next.value} (${mutant.what}): ${fault}`);
      await rm(path);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return faults;
}

async function askForAll({ name, query }: Mutant, attack: MutantAttack): Promise<string[]> {
  const { port, rules, tally, patienceMilliseconds } = attack;
  const faults: string[] = [];
  const ask = async (kind: string, target: string) => {
    const bytes = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const answer = await sendRaw({ port, bytes, isHead: false, patienceMilliseconds });
    tally.add(kind, answer.outcome === 'broken' ? 'broken' : answer.status);
    for (const fault of faultsOf(answer, { ...rules, mayBreak: false, mayBreakInBody: kind !== 'info' })) {
      faults.push(`${target}: ${fault}`);
    }
    return answer;
  };
  await ask('info', `/info/${name}`);
  await ask('stream', `/stream/${name}`);
  await ask('stream, format', `/stream/${name}?${query}`);
  await ask('faststart', `/media/${name}?faststart=1`);
  // Reported by events until it has failed or is done.
  await ask('export', `/export/${name}?${query}`);
  await ask('dash', `/dash/${name}/manifest.mpd`);
  const master = await ask('hls', `/hls/${name}/master.m3u8`);
  if (master.status === 200) {
    const addresses = await segmentAddresses(`http://127.0.0.1:${port}`, name);
    for (const address of addresses) await ask('segment', address);
  }
  return faults;
}
