import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Agent } from 'node:http';
import { segmentAddresses } from '../fuzz/segment-addresses.ts';
import { ask } from './ask.ts';

export type Kind = 'range' | 'copied segment' | 'encoded segment' | 'transcode';

/** A request of a player, and the expected answer. */
export type Task = {
  readonly kind: Kind;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly sha256: string;
};

const RANGES = 64;
const RANGE_BYTES = 256 * 1024;
/**
 * Queries of /stream; the same bytes each time, since it is the same build of ffmpeg with the same number of
 * threads.
 */
const TRANSCODES = [0, 8, 16].map((start) => `format=mp4&height=360&start=${start}&duration=2`);

/**
 * Prepares the requests of players for the film `key`, each with the bytes that an idle service returns or
 * the file has.
 */
export async function prepareTasks(origin: string, agent: Agent, path: string, key: string): Promise<Task[]> {
  const tasks: Task[] = await ranges(`${origin}/media/${key}`, path);
  const segments = (await segmentAddresses(origin, key)).filter((address) => address.includes('.m4s'));
  for (const address of segments) {
    const kind = address.includes('/copy/') ? 'copied segment' : 'encoded segment';
    tasks.push(await learned(kind, `${origin}${address}`, agent));
  }
  for (const query of TRANSCODES) {
    tasks.push(await learned('transcode', `${origin}/stream/${key}?${query}`, agent));
  }
  return tasks;
}

async function ranges(url: string, path: string): Promise<Task[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const found: Task[] = [];
    for (let i = 0; i < RANGES; i++) {
      const start = Math.floor(((size - RANGE_BYTES) * i) / RANGES);
      const bytes = Buffer.alloc(RANGE_BYTES);
      await file.read(bytes, 0, RANGE_BYTES, start);
      const headers = { range: `bytes=${start}-${start + RANGE_BYTES - 1}` };
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      found.push({ kind: 'range', url, headers, status: 206, sha256 });
    }
    return found;
  } finally {
    await file.close();
  }
}

async function learned(kind: Kind, url: string, agent: Agent): Promise<Task> {
  const { status, isWhole, sha256 } = await ask(agent, url);
  if (status !== 200 || !isWhole) throw new Error(`${url} answered ${status} before there was any load.`);
  return { kind, url, headers: {}, status, sha256 };
}
