import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onAbort } from '../base/abort.ts';
import { isSameSecret } from '../base/is-same-secret.ts';
import { contentRange, parseRange } from '../base/range.ts';
import type { CachedAccess } from './cache.ts';
import { isOfAnotherUser } from './peer-user.ts';

/** A stream of unknown length that is read from its beginning. */
export type Flow = { readonly sizeBytes: null; stream(): Readable };

export type LoopbackOptions = {
  readonly access: CachedAccess | Flow;
  readonly etag: string;
  readonly signal: AbortSignal;
};

export type Loopback = {
  readonly url: string;
  /**
   * Returns what the source failed with, or null. Check it when the reader has ended: ffmpeg takes a broken
   * input for a short one and exits with 0.
   */
  failure(): unknown;
  /** Ends every connection and the server; the signal does so as well. */
  close(): Promise<void>;
};

/**
 * Serves one object over HTTP on 127.0.0.1 to one child process: at a path that nobody can guess, with single
 * ranges if it has a length, as long as the request lasts. It never redirects. The path stands in the command line
 * of the child, which all users of a machine may read: the connections of others are closed.
 */
export async function openLoopback({ access, etag, signal }: LoopbackOptions): Promise<Loopback> {
  signal.throwIfAborted();
  const path = `/${randomBytes(18).toString('base64url')}`;
  let failure: unknown = null;
  let closing: Promise<void> | null = null;
  let release = () => {};

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      failure ??= error;
      response.destroy();
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => {
    if (isOfAnotherUser(socket)) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  if (signal.aborted) {
    await close();
    throw signal.reason;
  }
  release = onAbort(signal, () => void close());
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}${path}`,
    failure: () => failure,
    close,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request;
    // Another name that leads here is an attacker's: a page in a browser, say, that lets its own name resolve
    // to 127.0.0.1.
    if (headers.host !== host || !isSameSecret(url, path)) return refuse(response, 404);
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405);
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('etag', etag);
    if (access.sizeBytes === null) {
      response.writeHead(200, { 'accept-ranges': 'none' });
      return method === 'HEAD' ? void response.end() : send(access.stream(), response);
    }
    const { sizeBytes } = access;
    response.setHeader('accept-ranges', 'bytes');
    const asked =
      method === 'GET' ? parseRange(headers.range ?? null, sizeBytes, 1) : { kind: 'whole' as const };
    if (asked.kind === 'unsatisfiable') {
      // 416 is not sent: the ffmpeg of 2018 takes it for a failed seek and reads on at its old position,
      // which turned CAF and W64 files into noise. This one reader gets an empty body behind the end.
      response.setHeader('content-range', `bytes ${sizeBytes}-${sizeBytes}/${sizeBytes}`);
      return refuse(response, 206);
    }
    // The whole is a valid answer to several ranges (RFC 9110 §14.2), which this reader does not send.
    const part = asked.kind === 'ranges' ? asked.ranges[0] : null;
    const range = part ?? { start: 0, end: sizeBytes };
    if (part !== null) response.setHeader('content-range', contentRange(part, sizeBytes));
    response.writeHead(part === null ? 200 : 206, { 'content-length': range.end - range.start });
    if (method === 'HEAD') response.end();
    else await send(access.stream(range), response);
  }

  async function send(bytes: Readable, response: ServerResponse): Promise<void> {
    bytes.on('error', (error) => {
      // A reader that goes away ends the stream too, without an error of its own.
      if (!response.destroyed && !signal.aborted) failure ??= error;
    });
    await pipeline(bytes, response).catch(() => response.destroy());
  }

  function close(): Promise<void> {
    closing ??= new Promise((resolve) => {
      release();
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closing;
  }
}

/**
 * The most connections. A reader that seeks holds one, and a second one while it changes; the rest is for
 * those that are closing.
 */
const MAX_CONNECTIONS = 64;

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}
