import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import {
  type FunctionUrlOptions,
  type LocalFunctionUrl,
  startFunctionUrl,
} from '../../local/function-url.ts';
import { afterEverything } from '../../testing/hooks.ts';

export const handlersDirectory = fileURLToPath(new URL('./handlers', import.meta.url));

export type Behaviours = LocalFunctionUrl & { readonly lines: string[] };

/** A Function URL whose function behaves as its address says: handlers/behaviours.mjs. */
export async function startBehaviours(options: Partial<FunctionUrlOptions> = {}): Promise<Behaviours> {
  const lines: string[] = [];
  const functionUrl = await startFunctionUrl({
    codeDirectory: handlersDirectory,
    handler: 'behaviours.handler',
    ...options,
    log: ({ source, text }) => lines.push(`${source} ${text}`),
  });
  afterEverything(() => functionUrl.close());
  return { ...functionUrl, lines };
}

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The body came to its proper end, rather than with a broken connection. */
  readonly complete: boolean;
};

/** Sends a request on a connection of its own, without changing the address, and reads whatever comes. */
export async function ask(
  url: string,
  path: string,
  options: RequestOptions & { content?: Uint8Array } = {},
): Promise<Answer> {
  const message = await open(url, path, options);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk);
  } catch {
    // `complete` tells.
  }
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    rawHeaders: message.rawHeaders,
    body: Buffer.concat(chunks),
    complete: message.complete,
  };
}

/** Does the same, with the body still to be read. */
export function open(
  url: string,
  path: string,
  { content, ...options }: RequestOptions & { content?: Uint8Array } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, agent: false, ...options }, resolve)
      .on('error', reject)
      .end(content);
  });
}

/** A process that has ended counts as such before its parent notices (a zombie). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Polls until `condition` holds; the test's own time limit ends a vain wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
