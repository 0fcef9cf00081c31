import { spread } from './rounds.ts';

/**
 * Measures whether `late` takes longer than `early`: both run in each of many rounds, `each` times at a
 * stretch, and `sigmas` tells how far the number of rounds in which `late` took longer is from that of a fair
 * coin. Only which one took longer counts, not by how much, since machines are noisy. The medians are
 * microseconds.
 */
export async function leakOf(
  { early, late }: { readonly early: () => Promise<void>; readonly late: () => Promise<void> },
  { rounds, each }: { readonly rounds: number; readonly each: number },
): Promise<{ readonly sigmas: number; readonly medians: readonly [number, number] }> {
  const [first, second]: [number[], number[]] = [[], []];
  let later = 0;
  for (let round = 0; round < rounds; round++) {
    // The order alternates, so that a round affects the next one alike for both.
    const isEarlyFirst = round % 2 === 0;
    const one = await timeOf(isEarlyFirst ? early : late, each);
    const other = await timeOf(isEarlyFirst ? late : early, each);
    const [a, b] = isEarlyFirst ? [one, other] : [other, one];
    first.push(a);
    second.push(b);
    if (b > a) later += 1;
  }
  // The sign test: for a fair coin, the standard deviation is half the root of the throws.
  const sigmas = (later - rounds / 2) / (Math.sqrt(rounds) / 2);
  return { sigmas, medians: [spread(first).median / each, spread(second).median / each] };
}

/** Microseconds. */
async function timeOf(work: () => Promise<void>, times: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < times; i++) await work();
  return (performance.now() - start) * 1_000;
}
