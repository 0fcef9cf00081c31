import { Problem } from '../../base/problem.ts';

/** What has happened; of an export with its position. */
export type WireEvent = { readonly id?: string; readonly name: string; readonly data: object };

/** The format in which events are written. */
export type Wire = {
  readonly contentType: string;
  /** Is sent first. */
  readonly opening: string;
  readonly heartbeat: string;
  /** Ends an answer after which a client should wait for a while. */
  readonly later: string;
  /** Ends an answer that lasted long enough: the client should reconnect at once. */
  readonly soon: string;
  write(event: WireEvent): string;
};

/** Lambda may hold small writes back; this many bytes are sent at first. */
const PADDING_BYTES = 16 * 1024;
const RETRY_MILLISECONDS = 1_000;
const LATER_MILLISECONDS = 5_000;
const SOON_MILLISECONDS = 250;

/**
 * Server-sent events (WHATWG HTML §9.2). A terminal does not show a comment that ends with a carriage return.
 */
const EVENT_STREAM: Wire = {
  contentType: 'text/event-stream',
  opening: `${':\r'.repeat(PADDING_BYTES / 2)}\nretry: ${RETRY_MILLISECONDS}\n\n`,
  heartbeat: ': still there\n\n',
  later: `retry: ${LATER_MILLISECONDS}\n\n`,
  soon: `retry: ${SOON_MILLISECONDS}\n\n`,
  write: ({ id, name, data }) =>
    `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
};

/** One line of JSON for each event; the first one is padded with blanks. */
export const LINES: Wire = {
  contentType: 'application/x-ndjson',
  opening: `{"event":"opened"${' '.repeat(PADDING_BYTES)}}\n`,
  heartbeat: '{"event":"heartbeat"}\n',
  later: `{"event":"later","retrySeconds":${LATER_MILLISECONDS / 1000}}\n`,
  soon: `{"event":"later","retrySeconds":${SOON_MILLISECONDS / 1000}}\n`,
  write: ({ id, name, data }) => `${JSON.stringify({ event: name, id, ...data })}\n`,
};

const LINES_TYPE = /^application\/((x-)?ndjson|jsonl)$/;

const WIRES: readonly (readonly [RegExp, Wire])[] = [
  [/^(text\/event-stream|text\/\*|\*\/\*)$/, EVENT_STREAM],
  [/^application\/((x-)?ndjson|jsonl|\*)$/, LINES],
];

/** Returns whether an Accept header names lines of JSON. */
export function namesLines(accept: string | null): boolean {
  return rangesOf(accept ?? '').some(({ type, quality }) => LINES_TYPE.test(type) && quality > 0);
}

/** Returns the format that an Accept header prefers (RFC 9110 §12.5.1). Throws `not-acceptable`. */
export function chooseWire(accept: string | null): Wire {
  if (accept === null || accept.trim() === '') return EVENT_STREAM;
  let best: { readonly wire: Wire; readonly quality: number } | null = null;
  for (const { type, quality } of rangesOf(accept)) {
    const wire = WIRES.find(([pattern]) => pattern.test(type))?.[1];
    if (wire !== undefined && quality > (best?.quality ?? 0)) best = { wire, quality };
  }
  if (best !== null) return best.wire;
  throw new Problem(
    'not-acceptable',
    'The progress of an export is available as text/event-stream or application/x-ndjson.',
  );
}

/** The media ranges of an Accept header, with their quality from 0 to 1. */
function rangesOf(accept: string): { readonly type: string; readonly quality: number }[] {
  return accept
    .toLowerCase()
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((value) => value.trim());
      const given = parameters.find((parameter) => parameter.startsWith('q='));
      return { type, quality: given === undefined ? 1 : Number(given.slice(2)) || 0 };
    });
}
