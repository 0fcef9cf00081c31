import type { JobStore } from '../job/job-store.ts';

/** Whether clients follow an export: one that nobody waits for is not worth its cost. */
export type Followers = {
  /** Looks again, unless that was done lately. Rejects as the store does. */
  look(signal: AbortSignal): Promise<void>;
  /** Whether at the last look none had been there for too long. */
  areGone(): boolean;
};

const LOOK_MILLISECONDS = 5_000;

export function createFollowers(jobs: JobStore, patienceSeconds: number): Followers {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let areGone = false;
  return {
    async look(signal) {
      if (performance.now() - lookedAt < LOOK_MILLISECONDS) return;
      lookedAt = performance.now();
      const age = await jobs.followerAge(signal);
      areGone = age !== null && age > patienceSeconds;
    },
    areGone: () => areGone,
  };
}
