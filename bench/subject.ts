import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localEnvironment } from '../local/function.ts';
import { startFunctionUrl } from '../local/function-url.ts';
import { type Service, startService, untilIdle } from '../testing/service.ts';
import type { Client } from './client.ts';
import { cpuMilliseconds } from './cpu.ts';

/** Milliseconds of one request: the runtime's CPU, the front's not among it, and what the client saw. */
export type Cost = { readonly cpu: number; readonly first: number; readonly total: number };

export type Asked = { readonly path: string; readonly range?: string; readonly bytes?: number };

/** A function behind the local Function URL. */
export type Subject = Pick<Service, 'url' | 'instances' | 'close'>;

/** Starts the handler of ten lines that sends ranges of files. */
export function startBare(media: string): Promise<Subject> {
  return startHandler('index.handler', { MEDIA_DIR: media });
}

/** Starts the one that sends objects as the SDK brings them. */
export function startBareStore(environment: Readonly<Record<string, string>>): Promise<Subject> {
  return startHandler('store.handler', environment);
}

async function startHandler(
  handler: string,
  environment: Readonly<Record<string, string>>,
): Promise<Subject> {
  const codeDirectory = fileURLToPath(new URL('bare', import.meta.url));
  const settings = await localEnvironment(environment);
  return startFunctionUrl({ codeDirectory, handler, environment: settings, maxInstances: 1 });
}

/** Starts the function with one instance, whose CPU is then all that there is. */
export function startSluice(environment: Readonly<Record<string, string>>): Promise<Service> {
  return startService(environment, { maxInstances: 1 });
}

/** Sends requests one after the other, each when the one before is done with. Returns the mean of each figure. */
export async function costOf(
  { url, instances }: Subject,
  client: Client,
  asked: readonly Asked[],
): Promise<Cost> {
  let [cpu, first, total] = [0, 0, 0];
  for (const { path, range, bytes = 0 } of asked) {
    const pid = instances()[0]?.pid;
    const before = pid === undefined ? 0 : await cpuMilliseconds(pid);
    const received = await client.receive(url + path, range);
    if (received.bytes < bytes) throw new Error(`${path} answered ${received.bytes} of ${bytes} bytes`);
    await untilIdle({ instances });
    // What follows an answer counts, too: the log line, and what is released.
    await delay(5);
    cpu += (await cpuMilliseconds(instances()[0]?.pid ?? 0)) - before;
    first += received.first;
    total += received.total;
  }
  return { cpu: cpu / asked.length, first: first / asked.length, total: total / asked.length };
}
