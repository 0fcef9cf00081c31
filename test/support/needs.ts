import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { providerMirror } from './provider-mirror.ts';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Real parts that a test may rely on: whether this machine has them. */
const PARTS = {
  corpus: () => existsSync(`${shared}corpus/MANIFEST.tsv`),
  conformance: () => existsSync(`${shared}conformance/range-run.mjs`),
  chromium: () => existsSync('/usr/bin/chromium'),
  ceph: () => ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph'].every((name) => existsSync(`/usr/bin/${name}`)),
  ffmpeg: () => ['ffmpeg', 'ffprobe'].every((name) => existsSync(`/usr/bin/${name}`)),
  terraform: () => onPath('terraform'),
  /** Or whatever else AWS_ENDPOINT_URL names. */
  moto: () => Boolean(process.env.AWS_ENDPOINT_URL) || onPath('moto_server'),
  /** Terraform's provider for AWS, in a folder. */
  provider: () => providerMirror() !== null,
} as const;

export type Part = keyof typeof PARTS;

export const corpusDirectory = `${shared}corpus`;
export const conformanceDirectory = `${shared}conformance`;

export function has(part: Part): boolean {
  return PARTS[part]();
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

function onPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}
