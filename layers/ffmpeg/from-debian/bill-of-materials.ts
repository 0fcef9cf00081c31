import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cycloneDx } from '../../../deployment/cyclone-dx.ts';
import type { Architecture } from '../architecture.ts';
import type { ArchiveFile } from './apt.ts';
import { runtimePackages } from './debian-packages.ts';
import { output } from './run.ts';

/** A Debian package whose code is in the program. */
export type Material = {
  readonly name: string;
  readonly version: string;
  /** The source package that it is compiled from. */
  readonly source: { readonly name: string; readonly version: string };
  /** Of the .dsc or the .deb, in hexadecimal digits; null for a package of the system. */
  readonly sha256: string | null;
};

/** Lists what downloaded files in `folder` and the system's compilers bring into the program. */
export async function materialsOf(
  folder: string,
  files: readonly ArchiveFile[],
  architecture: Architecture,
): Promise<Material[]> {
  const materials: Material[] = [];
  for (const { name, sha256 } of files) {
    const path = join(folder, name);
    if (name.endsWith('.dsc')) materials.push({ ...(await sourceOf(path)), sha256 });
    if (name.endsWith('.deb')) {
      const fields = await output('dpkg-deb', ['--show', `--showformat=${FORMAT}`, path]);
      materials.push({ ...parse(fields), sha256 });
    }
  }
  for (const name of runtimePackages(architecture)) {
    const fields = await output('dpkg-query', ['--show', `--showformat=${FORMAT}`, name]);
    materials.push({ ...parse(fields), sha256: null });
  }
  return materials;
}

const FIELDS = ['Package', 'Version', 'source:Package', 'source:Version'];
/** As dpkg's `--showformat` takes it. */
const FORMAT = `${FIELDS.map((name) => `\${${name}}`).join(' ')}\n`;

function parse(fields: string): Omit<Material, 'sha256'> {
  const [name = '', version = '', source = '', sourceVersion = ''] = fields.trim().split(/\s+/);
  return { name, version, source: { name: source, version: sourceVersion } };
}

async function sourceOf(path: string): Promise<Omit<Material, 'sha256'>> {
  const text = await readFile(path, 'utf8');
  const field = (name: string) => new RegExp(`^${name}: (\\S+)$`, 'm').exec(text)?.[1] ?? '';
  const source = { name: field('Source'), version: field('Version') };
  return { ...source, source };
}

/** Returns the bill as CycloneDX, the same for the same materials. */
export function billOfMaterials(ffmpegVersion: string, materials: readonly Material[]): string {
  const licenses = [{ license: { id: 'GPL-2.0-or-later' } }];
  return cycloneDx(
    { type: 'application', name: 'ffmpeg', version: ffmpegVersion, licenses },
    materials.map(({ name, version, source, sha256 }) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:deb/debian/${encodeURIComponent(source.name)}@${encodeURIComponent(source.version)}?arch=source&distro=debian-12`,
      ...(sha256 === null ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
    })),
  );
}

/** Returns the offer of the source code that the GPL asks for. */
export function sourceOffer(version: string, materials: readonly Material[]): string {
  const sources = new Map(materials.map(({ source }) => [`${source.name} ${source.version}`, source]));
  const lines = [...sources.values()].map(
    ({ name, version }) =>
      `  ${name} ${version}\n    https://snapshot.debian.org/package/${name}/${version}/\n`,
  );
  return `ffmpeg and ffprobe ${version} in this folder are one program, under the GNU General Public License, version 2 or later,
whose text is in COPYING.GPLv2 beside this file. It comes without any warranty.

It was compiled from the source packages of Debian 12 that follow, unchanged but for FreeType's list of its modules, by the scripts in
layers/ffmpeg/from-debian of Sluice's source code: \`npm run ffmpeg:build\` compiles it again. FreeType, which offers two licences,
is taken under the GNU General Public License. "ffmpeg -version" prints how it was configured. Whoever got
this program from somebody can ask them for these sources; Debian keeps them at the addresses that are named.

${lines.sort().join('')}`;
}
