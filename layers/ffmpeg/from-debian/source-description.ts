import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveFile } from './apt.ts';

/**
 * Returns the description of a source package that dpkg-source takes, of the version in `listed` (what `apt-cache showsrc`
 * prints) that `description` belongs to. Its files lie in `folder`, and their digests have been checked.
 */
export async function describeSource(
  listed: string,
  description: Pick<ArchiveFile, 'name' | 'sha256'>,
  folder: string,
): Promise<string> {
  const stanza = listed.split(/\n{2,}/).find((each) => each.includes(` ${description.sha256} `));
  if (stanza === undefined) throw new Error(`APT's lists do not have ${description.name}.`);
  const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(stanza)?.[1] ?? '';
  const names = [...stanza.matchAll(/^ [0-9a-f]{64} \d+ (\S+)$/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !/\.(dsc|asc)$/.test(name));
  // It takes none without digests by MD5, which the lists of security fixes do not have.
  const lines = names.map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return ` ${createHash('md5').update(bytes).digest('hex')} ${bytes.length} ${name}\n`;
  });
  return `Format: ${field('Format')}
Source: ${field('Package')}
Version: ${field('Version')}
Files:
${(await Promise.all(lines)).join('')}`;
}
