import { createHash } from 'node:crypto';
import { type Agent, get } from 'node:http';

/** What a player has seen of one request. */
export type Heard = {
  readonly status: number | null;
  /** Until the head of the answer was there; of all of it. */
  readonly firstMilliseconds: number;
  readonly milliseconds: number;
  /** Whether the body came to its end in order. */
  readonly isWhole: boolean;
  readonly sha256: string;
};

/** Asks over HTTP and reads to the end. Never rejects. */
export function ask(
  agent: Agent,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  return new Promise((resolve) => {
    const start = performance.now();
    const hash = createHash('sha256');
    let status: number | null = null;
    let firstMilliseconds = Number.POSITIVE_INFINITY;
    const finish = (isWhole: boolean) =>
      resolve({
        status,
        firstMilliseconds,
        milliseconds: performance.now() - start,
        isWhole,
        sha256: hash.digest('hex'),
      });
    const request = get(url, { agent, headers }, (response) => {
      status = response.statusCode ?? null;
      firstMilliseconds = performance.now() - start;
      response.on('data', (chunk: Buffer) => hash.update(chunk));
      response.once('close', () => finish(response.complete));
    });
    request.once('error', () => status === null && finish(false));
  });
}
