import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../architecture.ts';
import { debianName, LIBRARIES, RELEASE, SOURCES } from './debian-packages.ts';
import { output, run } from './run.ts';

/** APT with lists of its own: nothing of the system changes, and any architecture's packages can be had. */
export type Apt = { readonly environment: NodeJS.ProcessEnv; readonly folder: string };

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Fetches the lists of Debian's packages; their signatures are checked. */
export async function openApt(folder: string, architecture: Architecture): Promise<Apt> {
  for (const name of ['lists/partial', 'cache/archives/partial']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const { codename } = RELEASE;
  const suites = [`debian ${codename}`, `debian ${codename}-updates`, `debian-security ${codename}-security`];
  const lines = suites.flatMap((suite) =>
    ['deb', 'deb-src'].map((kind) => `${kind} [signed-by=${KEYRING}] http://deb.debian.org/${suite} main\n`),
  );
  const options = {
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'APT::Architecture': debianName(architecture),
    'APT::Architectures': debianName(architecture),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  await writeFile(join(folder, 'sources.list'), lines.join(''));
  await writeFile(join(folder, 'status'), '');
  await writeFile(
    join(folder, 'apt.conf'),
    Object.entries(options)
      .map(([name, value]) => `${name} ${JSON.stringify(value)};\n`)
      .join(''),
  );
  const environment = { ...process.env, APT_CONFIG: join(folder, 'apt.conf') };
  await run('apt-get', ['update', '-qq'], { env: environment });
  return { environment, folder };
}

/** Returns the names of the files that a build takes, each with the digest that Debian's signed lists have of it. */
export async function digestsOf({ environment }: Apt): Promise<string[]> {
  const options = { env: environment };
  const sources = await output('apt-get', ['source', '--print-uris', '-qq', ...SOURCES], options);
  const libraries = await output('apt-get', ['download', '--print-uris', '-qq', ...LIBRARIES], options);
  return `${sources}\n${libraries}`
    .split('\n')
    .map((line) => /^'[^']*' (\S+) \d+ (\S+)$/.exec(line.trim()))
    .flatMap((match) => (match === null ? [] : [`${match[1]} ${match[2]}`]))
    .sort();
}

/** Downloads sources and libraries into `folder` and returns the files' names; their digests are checked. */
export async function download({ environment }: Apt, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const options = { env: environment, cwd: folder };
  await run('apt-get', ['source', '--download-only', '-qq', ...SOURCES], options);
  await run('apt-get', ['download', '-qq', ...LIBRARIES], options);
  return (await readdir(folder)).sort();
}
