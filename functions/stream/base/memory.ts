import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { excessOf, type Limits } from './limits.ts';
import { busy } from './problem.ts';

/** Throws `busy` if the process holds more memory than its limit. */
export type MemoryCheck = () => void;

type Means = {
  readonly usedBytes: () => number;
  /** Frees unreferenced memory, which nothing else does while no request starts. */
  readonly collect: () => void;
};

/** Checks memory before a request that needs some of its own. */
export function memoryCheck(
  limits: Pick<Limits, 'maxMemoryMegabytes'>,
  { usedBytes, collect }: Means = { usedBytes: () => process.memoryUsage.rss(), collect: collectGarbage },
): MemoryCheck {
  const excess = () => excessOf('maxMemoryMegabytes', Math.round(usedBytes() / 2 ** 20), limits);
  return () => {
    if (excess() === null) return;
    collect();
    const still = excess();
    if (still !== null) throw busy(still);
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
