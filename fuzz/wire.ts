import { connect } from 'node:net';

/** The answer to bytes that were written to a socket unchanged. */
export type Answer = {
  readonly outcome: 'complete' | 'broken' | 'timed out';
  /** The status of the last head; null without one. */
  readonly status: number | null;
  /** Names in lower case, each with its value as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
  /** The first 256 KB of it. */
  readonly body: Buffer;
};

export type Wire = {
  readonly port: number;
  readonly bytes: Buffer;
  /** The answer to HEAD has no body. */
  readonly isHead: boolean;
  readonly patienceMilliseconds: number;
};

const RECORDED_BYTES = 256 * 1024;
const MOST_HEAD_BYTES = 64 * 1024;

/** Sends bytes that no client would send, and reads the answer. Never rejects. */
export function sendRaw({ port, bytes, isHead, patienceMilliseconds }: Wire): Promise<Answer> {
  return new Promise((resolve) => {
    const read = answerReader(isHead);
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (outcome: Answer['outcome']) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ outcome, ...read.answer() });
    };
    const timer = setTimeout(() => finish('timed out'), patienceMilliseconds);
    // The other side may refuse before it has read everything; its answer counts nevertheless.
    socket.on('error', () => finish(read.isComplete() ? 'complete' : 'broken'));
    socket.on('close', () => finish(read.atClose() ? 'complete' : 'broken'));
    socket.on('data', (chunk) => {
      read.take(chunk);
      if (read.isComplete()) finish('complete');
    });
    socket.write(bytes);
  });
}

type Framing = { kind: 'none' } | { kind: 'length'; left: number } | { kind: 'chunked' } | { kind: 'close' };

/** Reads one answer of HTTP/1.1 (RFC 9112 §6.3), after interim ones. */
function answerReader(isHead: boolean) {
  let held: Buffer = Buffer.alloc(0);
  let head: { status: number; headers: [string, string][]; framing: Framing } | null = null;
  let isMalformed = false;
  let isDone = false;
  let bodyBytes = 0;
  let chunkLeft = 0;
  const recorded: Buffer[] = [];
  let recordedBytes = 0;

  function record(bytes: Buffer): void {
    bodyBytes += bytes.length;
    const part = bytes.subarray(0, RECORDED_BYTES - recordedBytes);
    recordedBytes += part.length;
    if (part.length > 0) recorded.push(Buffer.from(part));
  }

  function takeHead(): boolean {
    const end = held.indexOf('\r\n\r\n');
    if (end < 0) {
      isMalformed ||= held.length > MOST_HEAD_BYTES;
      return false;
    }
    const [line = '', ...fields] = held.subarray(0, end).toString('latin1').split('\r\n');
    held = held.subarray(end + 4);
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line)?.[1] ?? Number.NaN);
    const headers = fields.map((field): [string, string] => {
      const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(field) ?? [];
      isMalformed ||= name === undefined;
      return [(name ?? '').toLowerCase(), value ?? ''];
    });
    isMalformed ||= Number.isNaN(status);
    if (status >= 100 && status < 200) return true;
    head = { status, headers, framing: framingOf(status, headers, isHead) };
    if (head.framing.kind === 'none') isDone = true;
    return true;
  }

  /** Returns false if more must come, or nothing. */
  function takeChunk(): boolean {
    if (chunkLeft > 0) {
      const part = held.subarray(0, chunkLeft);
      record(part);
      chunkLeft -= part.length;
      held = held.subarray(part.length);
      if (chunkLeft > 0 || held.length < 2) return false;
    }
    const [, skip = '', size] =
      /^(\r\n)?([0-9a-f]{1,8})(?:;[^\r\n]*)?\r\n/i.exec(held.toString('latin1', 0, 64)) ?? [];
    if (size === undefined) return false;
    const line = held.indexOf('\r\n', skip.length);
    held = held.subarray(line + 2);
    chunkLeft = Number.parseInt(size, 16);
    if (chunkLeft === 0) isDone = true;
    return chunkLeft > 0;
  }

  return {
    take(chunk: Buffer): void {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (head === null && !isMalformed && takeHead());
      if (head === null || isDone) return;
      const { framing } = head;
      if (framing.kind === 'chunked') {
        while (takeChunk());
        return;
      }
      const part = framing.kind === 'length' ? held.subarray(0, framing.left) : held;
      record(part);
      held = Buffer.alloc(0);
      if (framing.kind !== 'length') return;
      framing.left -= part.length;
      isDone = framing.left === 0;
    },
    isComplete: () => isDone && !isMalformed,
    /** Returns whether an end of the connection is an end of the answer. */
    atClose: () => !isMalformed && (isDone || head?.framing.kind === 'close'),
    answer: () => ({
      status: head?.status ?? null,
      headers: head?.headers ?? [],
      bodyBytes,
      body: Buffer.concat(recorded),
    }),
  };
}

function framingOf(status: number, headers: readonly [string, string][], isHead: boolean): Framing {
  const of = (wanted: string) => headers.find(([name]) => name === wanted)?.[1];
  if (isHead || status === 204 || status === 304) return { kind: 'none' };
  if (of('transfer-encoding')?.toLowerCase() === 'chunked') return { kind: 'chunked' };
  const length = of('content-length');
  if (length === undefined) return { kind: 'close' };
  return Number(length) === 0 ? { kind: 'none' } : { kind: 'length', left: Number(length) };
}
