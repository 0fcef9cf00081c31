import type { CageLimits } from '../../functions/stream/sandbox/process-limits.ts';

/** A cage that no test comes to the end of. */
export const ROOMY: CageLimits = { cpuSeconds: 900, memoryBytes: null };
