import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A fault of one answer. `afterBytes` counts bytes of the body. */
export type Fault =
  | { readonly kind: 'none' }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly afterBytes: number; readonly before?: () => Promise<unknown> }
  /** No more bytes come, and the connection stays open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The connection ends cleanly, before the announced length. */
  | { readonly kind: 'short'; readonly afterBytes: number }
  /** An error of S3 instead of the answer. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Something happens in mid-body, such as replacing the object; then the body goes on. */
  | { readonly kind: 'meanwhile'; readonly afterBytes: number; readonly run: () => Promise<unknown> };

export type FaultProxy = {
  readonly endpoint: string;
  /**
   * One fault for each of the next reads (GET with Range), in order; afterwards all pass. Replaces the rest
   * of an earlier script.
   */
  script(...faults: readonly Fault[]): void;
  /** Answers every request from now on with `fault`; null lets them pass again. */
  always(fault: Fault | null): void;
  /** `GET bytes=0-99`, in the order of arrival. */
  readonly requests: readonly string[];
  /** The same requests, with their headers. */
  readonly heads: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Bytes of all answers so far, without their headers. */
  bodyBytes(): number;
  /** Answers that are being sent at this moment. */
  underWay(): number;
  /** Cuts every open connection. */
  cut(): void;
  close(): Promise<void>;
};

/**
 * Starts a proxy before an S3 server, or a service, on 127.0.0.1. Requests pass unchanged, Host included,
 * since their signatures cover it.
 */
export async function startFaultProxy(
  target: string,
  { latencyMilliseconds = 0 }: { readonly latencyMilliseconds?: number } = {},
): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const requests: string[] = [];
  const heads: { path: string; headers: IncomingHttpHeaders }[] = [];
  let faults: Fault[] = [];
  let standing: Fault | null = null;
  let underWay = 0;
  let bodyBytes = 0;
  const count = (bytes: number) => {
    bodyBytes += bytes;
  };

  const server = createServer(async (incoming, outgoing) => {
    const { range } = incoming.headers;
    heads.push({ path: incoming.url ?? '', headers: incoming.headers });
    requests.push([incoming.method, range].filter(Boolean).join(' '));
    const fault = standing ?? (range === undefined ? undefined : faults.shift()) ?? { kind: 'none' };
    underWay++;
    outgoing.once('close', () => {
      underWay--;
    });
    if (latencyMilliseconds > 0) await delay(latencyMilliseconds);
    if (fault.kind === 'refuse') refuse(incoming, outgoing, fault);
    else forward(incoming, outgoing, { hostname, port: Number(port) }, fault, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${ownPort}`,
    script: (...next) => {
      faults = [...next];
    },
    always: (fault) => {
      standing = fault;
    },
    requests,
    heads,
    bodyBytes: () => bodyBytes,
    underWay: () => underWay,
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, code }: { readonly status: number; readonly code: string },
): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>scripted</Message></Error>`;
  outgoing.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: { readonly hostname: string; readonly port: number },
  fault: Fault,
  count: (bytes: number) => void,
): void {
  const onward = request({
    ...target,
    method: incoming.method,
    path: incoming.url,
    headers: incoming.rawHeaders as unknown as Record<string, string>,
    setHost: false,
    agent: false,
  });
  onward.once('error', () => outgoing.destroy());
  onward.once('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    copy(answer, outgoing, fault, count).catch(() => outgoing.destroy());
  });
  outgoing.once('close', () => onward.destroy());
  incoming.pipe(onward);
}

async function copy(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault,
  count: (bytes: number) => void,
): Promise<void> {
  const until = 'afterBytes' in fault ? fault.afterBytes : Number.POSITIVE_INFINITY;
  let sent = 0;
  let hasStruck = false;
  outgoing.flushHeaders();
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    count(chunk.length);
    const before = chunk.subarray(0, Math.max(until - sent, 0));
    await write(outgoing, before, fault);
    sent += chunk.length;
    if (!hasStruck && sent >= until) {
      hasStruck = true;
      if ((await strike(outgoing, fault)) === 'over') return;
    }
    await write(outgoing, chunk.subarray(before.length), fault);
  }
  outgoing.end();
}

async function strike(outgoing: ServerResponse, fault: Fault): Promise<'over' | 'goes on'> {
  switch (fault.kind) {
    case 'reset':
      await fault.before?.();
      outgoing.socket?.resetAndDestroy();
      return 'over';
    case 'short':
      outgoing.socket?.end();
      return 'over';
    case 'stall':
      await new Promise((resolve) => outgoing.once('close', resolve));
      return 'over';
    case 'meanwhile':
      await fault.run();
      return 'goes on';
    default:
      return 'goes on';
  }
}

async function write(outgoing: ServerResponse, bytes: Buffer, fault: Fault): Promise<void> {
  if (fault.kind !== 'slow') return put(outgoing, bytes);
  const step = Math.max(1, Math.ceil(fault.bytesPerSecond / 50));
  for (let from = 0; from < bytes.length && !outgoing.destroyed; from += step) {
    await put(outgoing, bytes.subarray(from, from + step));
    await delay(20);
  }
}

async function put(outgoing: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || outgoing.destroyed) return;
  // The callback waits for the kernel, so that a fault strikes after the bytes and not before them.
  await new Promise<void>((resolve, reject) => {
    outgoing.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
