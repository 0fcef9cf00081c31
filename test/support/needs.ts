import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Real parts that a test may rely on; each is a path that must exist. */
const PARTS = {
  corpus: [`${shared}corpus/MANIFEST.tsv`],
  conformance: [`${shared}conformance/range-run.mjs`],
  chromium: ['/usr/bin/chromium'],
  ceph: ['/usr/bin/radosgw', '/usr/bin/ceph-mon', '/usr/bin/ceph-osd', '/usr/bin/ceph'],
  ffmpeg: ['/usr/bin/ffmpeg', '/usr/bin/ffprobe'],
  taskset: ['/usr/bin/taskset'],
} as const;

export type Part = keyof typeof PARTS;

export const corpusDirectory = `${shared}corpus`;
export const conformanceDirectory = `${shared}conformance`;

export function has(part: Part): boolean {
  return PARTS[part].every((path) => existsSync(path));
}

/** Skips the test or suite, and says why, where a part is missing; under CI a missing part is a failure. */
export function needs(context: Mocha.Context, ...parts: readonly Part[]): void {
  const missing = parts.filter((part) => !has(part));
  if (missing.length === 0) return;
  const sentence = `needs ${missing.join(', ')}, which this machine does not have`;
  if (process.env.CI) throw new Error(`${context.test?.fullTitle() ?? 'a test'} ${sentence}`);
  console.log(`      skipped: ${sentence}`);
  context.skip();
}
