import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { capBandwidth } from './bandwidth.ts';
import { type Prelude, preludeReader } from './prelude.ts';

export type ForwardOptions = {
  readonly maxResponseBytes: number;
  readonly bandwidthBytesPerSecond: number | null;
};

export type Forwarded =
  | { readonly kind: 'sent' }
  /** Nothing was sent: the response has no usable prelude. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The client closed its connection after the head was sent: a viewer has left, or sought. */
  | { readonly kind: 'left' }
  /** The connection to the client was broken after its head was sent. */
  | { readonly kind: 'broken'; readonly reason: string };

const INTEGRATION_TYPE = 'application/vnd.awslambda.http-integration-response';

/**
 * Forwards a function's streamed response to the client, at the client's pace. The function's stream is read
 * to its end whatever happens to the client, as in AWS, where a function does not learn of a disconnect.
 */
export async function forwardResponse(
  message: IncomingMessage,
  response: ServerResponse,
  options: ForwardOptions,
): Promise<Forwarded> {
  const { socket } = response.req;
  let isClosed = socket.destroyed;
  const onClose = () => {
    isClosed = true;
  };
  socket.once('close', onClose);
  try {
    const head = await readPrelude(message);
    if (typeof head === 'string') return { kind: 'invalid', reason: functionError(message) ?? head };
    writeHead(response, head.prelude);
    await pipeline([
      takeBody(message, head.rest, options.maxResponseBytes, response),
      ...decoders(head.prelude),
      ...(options.bandwidthBytesPerSecond === null ? [] : [capBandwidth(options.bandwidthBytesPerSecond)]),
      response,
    ]);
    return { kind: 'sent' };
  } catch (error) {
    if (!response.headersSent) return { kind: 'invalid', reason: `the response broke off: ${String(error)}` };
    const hasLeft = isClosed && isPremature(error);
    breakConnection(response);
    return hasLeft ? { kind: 'left' } : { kind: 'broken', reason: String(error) };
  } finally {
    socket.off('close', onClose);
    drain(message);
  }
}

/** Returns whether a stream was closed, rather than one of them failed. */
function isPremature(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** Ends the connection in a way that no client can take for the end of the body. */
export function breakConnection(response: ServerResponse): void {
  // Without chunks (HTTP/1.0) a plain close would mean the end of the body; a reset does not.
  if (response.req.httpVersion === '1.0') response.req.socket.resetAndDestroy();
  response.destroy();
}

/**
 * Returns that the handler threw, as the runtime reports in the trailers; its own log line has the stack.
 * Null otherwise.
 */
export function functionError(message: IncomingMessage): string | null {
  const type = message.trailers['lambda-runtime-function-error-type'];
  return type === undefined ? null : `the handler threw ${type}`;
}

async function readPrelude(message: IncomingMessage) {
  // AWS answers 200 application/octet-stream here, which no function that meant to set a status wants.
  if (message.headers['content-type'] !== INTEGRATION_TYPE) {
    drain(message);
    await once(message, 'close');
    return 'the function wrote no prelude';
  }
  const read = preludeReader();
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    const step = read(chunk);
    if (step.kind === 'invalid') return step.reason;
    if (step.kind === 'complete') return step;
  }
  return 'the response ended before its prelude was complete';
}

/** Returns the body as a stream of its own, whose end leaves the function's open: a pipe closes no source. */
function takeBody(
  message: IncomingMessage,
  rest: Buffer,
  maxBytes: number,
  response: ServerResponse,
): Readable {
  const body = new PassThrough({ highWaterMark: BODY_BUFFER_BYTES });
  const breakOff = (error: Error) => {
    // Before `pipeline` learns of it, which would close an HTTP/1.0 connection without a reset.
    breakConnection(response);
    body.destroy(error);
  };
  let sent = 0;
  message.on('data', (chunk: Buffer) => {
    sent += chunk.byteLength;
    if (sent > maxBytes && !body.destroyed)
      breakOff(new Error(`the response is longer than ${maxBytes} bytes`));
  });
  message.once('error', breakOff);
  if (rest.byteLength > 0) message.unshift(rest);
  message.pipe(body);
  return body;
}

const BODY_BUFFER_BYTES = 256 * 1024;

/**
 * Reads the rest and discards it. The reader for the client knows that it broke off; here nobody needs to.
 */
function drain(message: IncomingMessage): void {
  message.on('error', () => {});
  message.unpipe();
  message.resume();
}

// The front is responsible for the connection, so a function's own headers about it are renamed or removed.
const RENAMED = new Set(['connection', 'content-length', 'date']);
const LEFT_OUT = new Set(['content-encoding', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade']);

function writeHead(response: ServerResponse, prelude: Prelude): void {
  for (const [name, value] of Object.entries(prelude.headers)) {
    if (name === 'content-encoding' && !isDecoded(value)) response.setHeader(name, value);
    if (LEFT_OUT.has(name)) continue;
    response.setHeader(RENAMED.has(name) ? `x-amzn-remapped-${name}` : name, value);
  }
  if (prelude.cookies.length > 0) response.appendHeader('set-cookie', prelude.cookies);
  // Node.js omits it for HEAD; the answer to HEAD has the header fields of the answer to GET.
  if (response.req.method === 'HEAD' && hasBody(prelude)) response.setHeader('transfer-encoding', 'chunked');
  response.writeHead(prelude.statusCode);
  response.flushHeaders();
}

const hasBody = ({ statusCode }: Prelude) => statusCode !== 204 && statusCode !== 304;

const DECODERS = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

const isDecoded = (encoding: string | undefined) => DECODERS.has((encoding ?? '').trim().toLowerCase());

/** AWS decodes what the function encoded and drops the header. */
function decoders(prelude: Prelude) {
  const create = DECODERS.get((prelude.headers['content-encoding'] ?? '').trim().toLowerCase());
  return create ? [create()] : [];
}
