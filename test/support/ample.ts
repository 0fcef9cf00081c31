import type { SandboxLimits } from '../../functions/stream/sandbox/process-limits.ts';

/** A sandbox that no test comes to the end of. */
export const ROOMY: SandboxLimits = { cpuSeconds: 900, memoryBytes: null };
