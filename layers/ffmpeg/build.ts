import { fileURLToPath } from 'node:url';
import { requireUnzippedFits } from '../../deployment/unzipped-limit.ts';
import { type WrittenZip, writeZip, type ZipEntry } from '../../deployment/zip.ts';
import type { Architecture } from './architecture.ts';
import type { LayerContents, Program } from './contents.ts';
import { readElf } from './elf.ts';
import { ownContents } from './own-contents.ts';
import { packagedContents } from './packaged-contents.ts';

export type { Architecture } from './architecture.ts';

export type BuiltLayer = WrittenZip;

export type LayerOptions = {
  readonly architecture: Architecture;
  readonly outDirectory: string;
  /** A directory with the executables `ffmpeg` and `ffprobe`, or with one of them for each architecture; null takes
   * those of the npm packages. */
  readonly binaries: string | null;
};

const TARBALLS = fileURLToPath(new URL('../../dist/packages', import.meta.url));

/**
 * Builds the layer that brings /opt/bin/ffmpeg and /opt/bin/ffprobe, for either architecture on any machine:
 * the same programs give the same bytes. Rejects with a sentence for the person who deploys.
 */
export async function buildFfmpegLayer(options: LayerOptions): Promise<BuiltLayer> {
  const { architecture, outDirectory, binaries } = options;
  const startMilliseconds = performance.now();
  const contents =
    binaries === null
      ? await packagedContents(architecture, { cacheDirectory: TARBALLS, environment: process.env })
      : await ownContents(binaries, architecture);
  for (const program of contents.programs) requireRunsOn(architecture, program);
  const entries = entriesOf(contents);
  requireUnzippedFits(
    'layer',
    entries.reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
  const layer = await writeZip(outDirectory, `ffmpeg-${architecture}`, entries);
  const seconds = (performance.now() - startMilliseconds) / 1000;
  console.log(
    `ffmpeg layer for ${architecture}: ${megabytes(layer.zipBytes)}, unzipped ${megabytes(layer.unzippedBytes)}, ` +
      `in ${seconds.toFixed(1)} s`,
  );
  return layer;
}

function requireRunsOn(architecture: Architecture, { origin, bytes }: Program): void {
  const elf = readElf(bytes);
  if (elf === null) throw new Error(`${origin} is not an executable for Linux.`);
  if (elf.architecture !== architecture || elf.bits !== 64) {
    const other = elf.architecture ?? 'another processor';
    throw new Error(`${origin} is built for ${other} (${elf.bits}-bit); the layer is for ${architecture}.`);
  }
  if (elf.dynamic) {
    console.warn(
      `${origin} is linked dynamically: it starts only if Lambda has the libraries that it names.`,
    );
  }
}

/** Lambda unpacks them below /opt. A program that is the same file as another one is a link to it. */
function entriesOf({ programs, licences }: LayerContents): ZipEntry[] {
  return [
    ...programs.map(({ name, bytes }, i): ZipEntry => {
      const same = programs.slice(0, i).find((other) => other.bytes.equals(bytes));
      if (same !== undefined) return { name: `bin/${name}`, bytes: Buffer.from(same.name), mode: 'link' };
      return { name: `bin/${name}`, bytes, mode: 0o755 };
    }),
    ...licences.map(
      ({ name, bytes }) => ({ name: `share/licences/ffmpeg/${name}`, bytes, mode: 0o644 }) as const,
    ),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
