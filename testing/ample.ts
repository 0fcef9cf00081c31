import type { SandboxLimits } from '../functions/stream/sandbox/process-limits.ts';

/** Limits that no test reaches. */
export const ROOMY: SandboxLimits = { cpuSeconds: 900, memoryBytes: null };
