import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../architecture.ts';
import { debianName, LIBRARIES, RELEASE, SOURCES } from './debian-packages.ts';
import { output, run } from './run.ts';
import { describeSource } from './source-description.ts';

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

/** A file of Debian's archive, with the digest that its signed lists have of it. */
export type ArchiveFile = { readonly address: string; readonly name: string; readonly sha256: string };

/** Returns the files that a build takes: those of sources, and libraries. */
export async function filesOf({ environment, folder }: Apt): Promise<ArchiveFile[]> {
  // APT leaves out what lies in the folder where it runs.
  const options = { env: environment, cwd: folder };
  const sources = await output('apt-get', ['source', '--print-uris', '-qq', ...SOURCES], options);
  const libraries = await output('apt-get', ['download', '--print-uris', '-qq', ...LIBRARIES], options);
  return `${sources}\n${libraries}`
    .split('\n')
    .filter((line) => line.startsWith("'"))
    .map(parseFile)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseFile(line: string): ArchiveFile {
  const [, address, name, sha256] = /^'([^']*)' (\S+) \d+ SHA256:([0-9a-f]{64})\s*$/.exec(line) ?? [];
  if (address === undefined || name === undefined || sha256 === undefined)
    throw new Error(`APT has no digest of this file: ${line}`);
  return { address, name, sha256 };
}

/**
 * Downloads sources and libraries into `folder`; their digests are checked. A source's description (`.dsc`) is written from
 * the lists, which are signed and say the same: a mirror may lack it.
 */
export async function download(apt: Apt, files: readonly ArchiveFile[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const wanted = files.filter(({ name }) => !/\.(dsc|asc)$/.test(name));
  for (const file of wanted) await fetchFile(apt, file, folder);
  for (const file of files.filter(({ name }) => name.endsWith('.dsc'))) {
    const [source] = file.name.split('_', 1);
    const listed = await output('apt-cache', ['showsrc', '--only-source', source ?? ''], {
      env: apt.environment,
    });
    await writeFile(join(folder, file.name), await describeSource(listed, file, folder));
  }
}

async function fetchFile({ environment }: Apt, file: ArchiveFile, folder: string): Promise<void> {
  const fetchFrom = (address: string) =>
    run(
      '/usr/lib/apt/apt-helper',
      ['download-file', address, join(folder, file.name), `SHA256:${file.sha256}`],
      { env: environment },
    );
  const other = inMainArchive(file.address);
  await fetchFrom(file.address).catch((error: unknown) => {
    if (other === file.address) throw error;
    return fetchFrom(other);
  });
}

/** A file that came with an earlier version of a package lies in the main archive as well. */
const inMainArchive = (address: string) => address.replace('/debian-security/pool/updates/', '/debian/pool/');
