import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { create } from 'tar';

export type Registry = {
  readonly url: string;
  readonly tarball: Buffer;
  /** Requested paths. */
  readonly requests: readonly string[];
  close(): Promise<void>;
};

/** Starts an npm registry of one package, which it describes truthfully. */
export async function startRegistry(
  { name, version }: { name: string; version: string },
  files: Readonly<Record<string, string>>,
  directory: string,
): Promise<Registry> {
  const tarball = await packFiles(files, directory);
  const requests: string[] = [];
  const server = createServer(({ url: path = '' }, response) => {
    requests.push(path);
    if (path === '/tarball.tgz') return response.end(tarball);
    if (decodeURIComponent(path) !== `/${name}`) return response.writeHead(404).end('{}');
    const dist = { tarball: `${url}/tarball.tgz`, integrity: `sha512-${sha512(tarball)}` };
    const described = {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { name, version, dist } },
    };
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(described));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    tarball,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function sha512(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('base64');
}

/** Packs an npm package as a tarball in `directory`. */
export async function packFiles(files: Readonly<Record<string, string>>, directory: string): Promise<Buffer> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, 'package', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const file = join(directory, 'package.tgz');
  await create({ gzip: true, cwd: directory, file }, ['package']);
  return readFile(file);
}
