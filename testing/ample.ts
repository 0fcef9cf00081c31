import type { DirectoryBounds } from '../functions/stream/config/config.ts';
import type { SandboxLimits } from '../functions/stream/sandbox/process-limits.ts';

/** Limits that no test reaches. */
export const ROOMY: SandboxLimits = { cpuSeconds: 900, memoryBytes: null };

/** Bounds that no folder of a test reaches. */
export const WIDE: DirectoryBounds = { expirySeconds: 30 * 86_400, mostBytes: 1e12 };
