import { createHash } from 'node:crypto';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FONT_FAMILY } from '../../../functions/stream/engine/burnt-script.ts';
import type { Architecture } from '../architecture.ts';
import { type Apt, type ArchiveFile, download, filesOf, openApt } from './apt.ts';
import { billOfMaterials, type Material, materialsOf, sourceOffer } from './bill-of-materials.ts';
import { configureArguments } from './components.ts';
import { LIBRARIES, SOURCES, toolPackages } from './debian-packages.ts';
import { output, run } from './run.ts';

const COMPILE = fileURLToPath(new URL('compile.sh', import.meta.url));
const RECIPE = [
  ...['compile.sh', 'compile-subtitles.sh', 'argv0.c', 'default-font.c'],
  ...['build.ts', 'bill-of-materials.ts'],
];

/** Builds are stored here by what goes into them, outside of any checkout. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice/ffmpeg');

/**
 * Fills `directory` with ffmpeg, ffprobe, their licences, the offer of their sources and a bill of materials;
 * from the cache, unless `isFresh`. Returns the SHA-256 of the program. Rejects with a sentence for the person
 * who builds.
 */
export async function buildFfmpeg(
  architecture: Architecture,
  directory: string,
  { isFresh = false } = {},
): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'sluice-ffmpeg-'));
  try {
    const apt = await openApt(join(work, 'apt'), architecture);
    const files = await filesOf(apt);
    const cached = join(CACHE, `${architecture}-${await keyOf(files, architecture)}`);
    const isCached = !isFresh && (await readdir(cached).catch(() => [])).length > 0;
    if (!isCached) {
      const built = await make(apt, files, architecture, work);
      await mkdir(CACHE, { recursive: true });
      await rm(cached, { recursive: true, force: true });
      await cp(built, `${cached}.new`, { recursive: true, verbatimSymlinks: true });
      await rename(`${cached}.new`, cached);
    }
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await cp(cached, directory, { recursive: true, verbatimSymlinks: true });
    return createHash('sha256')
      .update(await readFile(join(directory, 'ffmpeg')))
      .digest('hex');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Returns a hash of everything that the bytes depend on: sources, libraries, compilers and the recipe. */
async function keyOf(files: readonly ArchiveFile[], architecture: Architecture): Promise<string> {
  const hash = createHash('sha256');
  const digests = files.map(({ name, sha256 }) => `${name} ${sha256}`);
  hash.update(JSON.stringify([architecture, FONT_FAMILY, configureArguments(), digests]));
  for (const name of RECIPE) hash.update(await readFile(new URL(name, import.meta.url)));
  hash.update(await output('dpkg-query', ['--show', ...toolPackages(architecture)]));
  return hash.digest('hex').slice(0, 24);
}

/** Compiles in the folder `work`. Returns the folder of the result. */
async function make(
  apt: Apt,
  files: readonly ArchiveFile[],
  architecture: Architecture,
  work: string,
): Promise<string> {
  const [downloads, built] = [join(work, 'downloads'), join(work, 'built')];
  await download(apt, files, downloads);
  const materials = await materialsOf(downloads, files, architecture);
  const sysroot = join(work, architecture, 'sysroot');
  for (const folder of [sysroot, join(work, 'sources')]) await mkdir(folder, { recursive: true });
  for (const file of files.map(({ name }) => name)) {
    if (file.endsWith('.deb')) await run('dpkg-deb', ['--extract', join(downloads, file), sysroot]);
    const name = SOURCES.find((source) => file.startsWith(`${source}_`) && file.endsWith('.dsc'));
    if (name === undefined) continue;
    await run('dpkg-source', ['--no-check', '--extract', join(downloads, file), join(work, 'sources', name)]);
  }
  const version = versionOf(materials);
  const suffix = version.slice(version.indexOf('-') + 1);
  await run('bash', [COMPILE, work, architecture, suffix, FONT_FAMILY], {
    input: configureArguments().join('\n'),
  });
  await mkdir(built);
  await rename(join(work, architecture, 'program'), join(built, 'ffmpeg'));
  await chmod(join(built, 'ffmpeg'), 0o755);
  await symlink('ffmpeg', join(built, 'ffprobe'));
  await writeFile(join(built, 'SOURCES.txt'), sourceOffer(version, materials));
  await writeFile(join(built, 'sbom.cdx.json'), billOfMaterials(version, materials));
  await takeLicences(work, sysroot, built);
  return built;
}

/** Debian's version of ffmpeg, and a word that tells this build from Debian's own. */
function versionOf(materials: readonly Material[]): string {
  const version = materials.find(({ name }) => name === 'ffmpeg')?.version.replace(/^\d+:/, '');
  if (version === undefined) throw new Error('There is no ffmpeg among the downloaded packages.');
  return `${version}-sluice`;
}

async function takeLicences(work: string, sysroot: string, built: string): Promise<void> {
  await cp(join(work, 'sources/ffmpeg/COPYING.GPLv2'), join(built, 'COPYING.GPLv2'));
  const texts = [
    ...SOURCES.map((name) => [name, join(work, 'sources', name, 'debian/copyright')] as const),
    // Debian's file names one of the two licences that may be chosen.
    ['freetype-choice', join(work, 'sources/freetype/LICENSE.TXT')] as const,
    ...LIBRARIES.map((name) => [name, join(sysroot, 'usr/share/doc', name, 'copyright')] as const),
    ...['libc6-dev', 'libstdc++-12-dev'].map((name) => [name, `/usr/share/doc/${name}/copyright`] as const),
  ];
  for (const [name, path] of texts) await cp(path, join(built, `LICENCE.${name}.txt`), { dereference: true });
}
