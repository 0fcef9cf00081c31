import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/**
 * A secret that nobody must open or read: a file and an HTTP server with the same audio, whose samples are
 * its letters.
 */
export type Canary = {
  /** The secret: decoded as 16-bit samples, the audio holds it byte for byte. */
  readonly token: string;
  readonly path: string;
  readonly url: string;
  /** Requests to the server so far. */
  readonly hits: readonly string[];
  close(): void;
};

export async function startCanary(folder: string): Promise<Canary> {
  const token = `canary-${randomBytes(12).toString('hex')}-`;
  const audio = wav(Buffer.from(token.repeat(1_000)));
  const path = join(folder, 'canary.wav');
  await writeFile(path, audio);
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.end(audio);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    token,
    path,
    url: `http://127.0.0.1:${port}/canary.wav`,
    hits,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Writes one channel of 16-bit samples, 8,000 per second. */
function wav(samples: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
