import { type Profiler, Session } from 'node:inspector/promises';

/**
 * Which branches of the code under test have run, as V8 counts them. jazzer.js would do this with libFuzzer,
 * but its one release without a download at install time needs a newer C library than Debian 12 has.
 */
export type Coverage = {
  /**
   * Forgets what ran since the last call, and returns how many features are new or have run more often than
   * ever.
   */
  newFeatures(): Promise<number>;
  total(): number;
};

/** Measures the scripts whose URL `isOfInterest`. */
export async function openCoverage(isOfInterest: (url: string) => boolean): Promise<Coverage> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const known = new Set<string>();
  return {
    total: () => known.size,
    async newFeatures() {
      const { result } = await session.post('Profiler.takePreciseCoverage');
      const before = known.size;
      for (const { url, scriptId, functions } of result) {
        if (isOfInterest(url)) for (const { ranges } of functions) addFeatures(known, scriptId, ranges);
      }
      return known.size - before;
    },
  };
}

/** A range counts once for each order of magnitude, so that a loop that runs much longer is new as well. */
function addFeatures(known: Set<string>, scriptId: string, ranges: readonly Profiler.CoverageRange[]): void {
  for (const { startOffset, endOffset, count } of ranges) {
    if (count > 0) known.add(`${scriptId}:${startOffset}:${endOffset}:${Math.ceil(Math.log2(count) / 2)}`);
  }
}
