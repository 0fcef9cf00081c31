import type { Program } from './contents.ts';
import type { LockedPackage } from './locked-package.ts';

export type PackagedProgram = {
  readonly locked: LockedPackage;
  /** The page of the people who built it. */
  readonly homepage: string;
  /** The date and the commit of ffmpeg's repository, such as `20181210-g0e8eb07980`. */
  readonly build: string;
};

const OWN_PROGRAMS = `ffmpeg and ffprobe are programs of their own, which Sluice starts and is not linked with. Sluice is under the MIT
licence; they and the libraries in them are under their own.
`;

/** Says where the programs come from, what licence they are under, and where their source code is. */
export function packagedNotice(programs: readonly (Program & PackagedProgram)[]): string {
  return `${OWN_PROGRAMS}
They are under the GNU General Public License, version 3 or later, whose text is in GPL-3.0.txt beside this file, and come
without any warranty.
${programs.map(describePackaged).join('')}`;
}

/** Says as much as the programs themselves tell. */
export function ownNotice(programs: readonly Program[]): string {
  return `${OWN_PROGRAMS}
Who deployed this layer brought them. Their licences, where they were given, are beside this file.
${programs.map((program) => `\nbin/${program.name}\n${configuration(program)}`).join('')}`;
}

function describePackaged(program: Program & PackagedProgram): string {
  const { name, locked, homepage, build } = program;
  const commit = /-g?([0-9a-f]{7,40})$/.exec(build)?.[1];
  return `
bin/${name}
  unchanged from the npm package ${locked.name} ${locked.version}
  (sha512 of the package: ${locked.sha512})
  build: ${build}, by ${homepage}
  source code of ffmpeg: https://git.ffmpeg.org/ffmpeg.git${commit === undefined ? '' : `, commit ${commit}`}
  source code of the libraries in it: https://johnvansickle.com/ffmpeg/release-source/
${configuration(program)}`;
}

/**
 * Each build of ffmpeg contains the options it was configured with: they name the libraries that are compiled
 * in.
 */
function configuration({ bytes }: Program): string {
  const start = bytes.indexOf('configuration: --');
  const end = bytes.indexOf(0, start);
  if (start === -1 || end === -1) return '';
  return `  ${bytes.toString('latin1', start, Math.min(end, start + 10_000)).trimEnd()}\n`;
}
