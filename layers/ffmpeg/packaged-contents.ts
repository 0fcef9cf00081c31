import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { cycloneDx, npmPurl } from '../../deployment/cyclone-dx.ts';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import { type LayerContents, PROGRAM_NAMES, type Program, type ProgramName } from './contents.ts';
import { type FetchOptions, fetchPackage } from './fetch-package.ts';
import { type LockedPackage, lockedPackage } from './locked-package.ts';
import { type PackagedProgram, packagedNotice } from './notice.ts';
import { unpackPackage } from './unpack-package.ts';

const GPL_TEXT = new URL('./licences/GPL-3.0.txt', import.meta.url);

/** Takes the programs of the npm packages for `architecture`, with their licence. */
export async function packagedContents(
  architecture: Architecture,
  options: FetchOptions,
): Promise<LayerContents> {
  const programs: (Program & PackagedProgram)[] = [];
  for (const name of PROGRAM_NAMES) {
    const locked = await lockedPackage(`@${name}-installer/linux-${ARCHITECTURES[architecture].npm}`);
    programs.push(takeProgram(name, locked, unpackPackage(await fetchPackage(locked, options))));
  }
  return {
    programs,
    licences: [
      { name: 'GPL-3.0.txt', bytes: await readFile(GPL_TEXT) },
      { name: 'README.txt', bytes: Buffer.from(packagedNotice(programs)) },
      { name: 'sbom.cdx.json', bytes: Buffer.from(packagedBill(programs)) },
    ],
  };
}

/** Returns the bill of materials. The libraries that are compiled into the programs are named by README.txt alone. */
function packagedBill(programs: readonly (Program & PackagedProgram)[]): string {
  const licenses = [{ license: { id: 'GPL-3.0-or-later' } }];
  const [first] = programs;
  return cycloneDx(
    { type: 'application', name: 'sluice-ffmpeg-layer', version: first?.locked.version ?? '', licenses },
    programs.map(({ name, bytes, build, locked }) => ({
      type: 'application',
      name,
      version: build,
      licenses,
      purl: npmPurl(locked.name, locked.version),
      hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(bytes).digest('hex') }],
    })),
  );
}

/** Throws an Error if the package differs from what the layer's notice says of it. */
export function takeProgram(
  name: ProgramName,
  locked: LockedPackage,
  files: ReadonlyMap<string, Buffer>,
): Program & PackagedProgram {
  const source = `the npm package ${locked.name} ${locked.version}`;
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`There is no file ${name} in ${source}.`);
  const { license, homepage, ffmpeg, ffprobe } = v.parse(
    MANIFEST,
    JSON.parse(String(files.get('package.json'))),
  );
  if (!GPL_3.includes(license)) {
    throw new Error(`The licence of ${source} is ${license}; the layer carries the text of the GPL 3.`);
  }
  const build = ffmpeg ?? ffprobe ?? 'unknown';
  return { name, origin: `${name} of ${source}`, bytes, locked, homepage, build };
}

/** The spellings in the packages. */
const GPL_3 = ['GPLv3', 'GPL-3.0'];

const MANIFEST = v.object({
  license: v.string(),
  homepage: v.string(),
  // Identifies the build: its date and the commit of ffmpeg's repository.
  ffmpeg: v.optional(v.string()),
  ffprobe: v.optional(v.string()),
});
