import { createHash } from 'node:crypto';
import { type Agent, get } from 'node:http';

/** What a player has received for one request. */
export type Heard = {
  readonly status: number | null;
  /** The time until the head of the answer, and until its end. */
  readonly firstMilliseconds: number;
  readonly milliseconds: number;
  /** Whether the body ended properly. */
  readonly isWhole: boolean;
  readonly sha256: string;
  readonly body: Buffer;
};

/** Sends a request over HTTP and reads to the end. Never rejects. */
export function ask(
  agent: Agent,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  return new Promise((resolve) => {
    const start = performance.now();
    const chunks: Buffer[] = [];
    let status: number | null = null;
    let firstMilliseconds = Number.POSITIVE_INFINITY;
    const finish = (isWhole: boolean) => {
      const body = Buffer.concat(chunks);
      resolve({
        status,
        firstMilliseconds,
        milliseconds: performance.now() - start,
        isWhole,
        sha256: createHash('sha256').update(body).digest('hex'),
        body,
      });
    };
    const request = get(url, { agent, headers }, (response) => {
      status = response.statusCode ?? null;
      firstMilliseconds = performance.now() - start;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('close', () => finish(response.complete));
    });
    request.once('error', () => status === null && finish(false));
  });
}
