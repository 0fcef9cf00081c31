import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHITECTURES, type Architecture } from '../architecture.ts';
import { BUILT_DIRECTORY } from '../program-directory.ts';
import { buildFfmpeg } from './build.ts';
import { RELEASE, toolPackages } from './debian-packages.ts';
import { output } from './run.ts';

const USAGE = `Usage: npm run ffmpeg:build [-- ARCHITECTURE…] [--fresh]

  ARCHITECTURE   arm64 or x86_64; without one, both
  --fresh        compile again instead of taking what was compiled from the same sources before
`;

/** Builds ffmpeg for each architecture into dist/ffmpeg. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const known = Object.keys(ARCHITECTURES) as Architecture[];
  const wanted = positionals.map((name) => {
    const architecture = known.find((other) => other === name);
    if (architecture === undefined)
      throw new Error(`There is no architecture ${name}: ${known.join(' or ')}.`);
    return architecture;
  });
  const architectures = wanted.length > 0 ? wanted : known;
  await requireDebian();
  await requireTools(architectures);
  for (const architecture of architectures) {
    const start = performance.now();
    const directory = join(BUILT_DIRECTORY, architecture);
    const sha256 = await buildFfmpeg(architecture, directory, { isFresh: values.fresh });
    const { length } = await readFile(join(directory, 'ffmpeg'));
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(
      `${directory}: ffmpeg and ffprobe, ${(length / 1e6).toFixed(1)} MB, in ${seconds} s, SHA-256 ${sha256}`,
    );
  }
}

async function requireDebian(): Promise<void> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(release)?.[1];
  if (field('ID') === 'debian' && field('VERSION_ID') === RELEASE.version) return;
  throw new Error(
    `ffmpeg is built on Debian ${RELEASE.version} (${RELEASE.codename}), in a container for instance; this is ` +
      `${field('PRETTY_NAME') ?? process.platform}.`,
  );
}

async function requireTools(architectures: readonly Architecture[]): Promise<void> {
  const packages = [...new Set(architectures.flatMap(toolPackages))];
  const format = ['Package', 'db:Status-Status'].map((name) => `\${${name}}`).join(' ');
  const listed = await output('dpkg-query', ['--show', `--showformat=${format}\\n`, '*']);
  const installed = new Set(
    listed.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  const missing = packages.filter((name) => !installed.has(name));
  if (missing.length > 0) throw new Error(`This needs more packages: apt-get install ${missing.join(' ')}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
