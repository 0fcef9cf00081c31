import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Interleaves repetitions of several measurements; each gives one figure a round. Returns medians, since
 * machines are noisy.
 */
export async function medians<Name extends string>(
  rounds: number,
  measurements: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(measurements) as Name[];
  const figures = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) figures.get(name)?.push(await measurements[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Returns milliseconds until the first byte of the body; the rest is read and dropped. */
export async function firstByteMilliseconds(
  url: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const start = performance.now();
  const response = await fetch(url, { headers });
  let first = Number.NaN;
  for await (const _ of response.body ?? []) if (Number.isNaN(first)) first = performance.now() - start;
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return first;
}

/** Milliseconds since the request: to the first byte, and to the last. */
export type Times = { readonly first: number; readonly whole: number };

export async function timed(open: () => Promise<AsyncIterable<Uint8Array>>): Promise<Times> {
  const start = performance.now();
  let first = Number.NaN;
  for await (const _ of await open()) if (Number.isNaN(first)) first = performance.now() - start;
  return { first, whole: performance.now() - start };
}

/** Returns megabytes per second of reading a stream to its end. */
export async function throughput(open: () => Promise<AsyncIterable<Uint8Array>>): Promise<number> {
  const start = performance.now();
  let bytes = 0;
  for await (const chunk of await open()) bytes += chunk.byteLength;
  return bytes / 1e3 / (performance.now() - start);
}

/**
 * Measures the same over HTTP, in a thread of its own: the front that answers runs in this one. It counts the
 * bytes of the socket and parses nothing, since it stands for players that are native programs.
 */
export async function readInThread(url: string): Promise<number> {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const { hostname, port, pathname } = new URL(workerData);
     const start = performance.now();
     let bytes = 0;
     const onread = { buffer: Buffer.alloc(256 * 1024), callback: (size) => { bytes += size; return true; } };
     const socket = require('node:net').connect({ host: hostname, port: Number(port), onread });
     socket.write('GET ' + pathname + ' HTTP/1.1\\r\\nHost: ' + hostname + '\\r\\nConnection: close\\r\\n\\r\\n');
     socket.on('end', () => parentPort.postMessage([bytes, performance.now() - start]));`,
    { eval: true, workerData: url },
  );
  const [[bytes, milliseconds]] = (await once(worker, 'message')) as [[number, number]];
  await worker.terminate();
  return bytes / 1e3 / milliseconds;
}
