import { Problem } from '../../base/problem.ts';
import type { ExportEvent } from './events.ts';

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
  write(event: ExportEvent): string;
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
  write: ({ id, name, data }) => `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
};

/** One line of JSON for each event; the first one is padded with blanks. */
const LINES: Wire = {
  contentType: 'application/x-ndjson',
  opening: `{"event":"opened"${' '.repeat(PADDING_BYTES)}}\n`,
  heartbeat: '{"event":"heartbeat"}\n',
  later: `{"event":"later","retrySeconds":${LATER_MILLISECONDS / 1000}}\n`,
  soon: `{"event":"later","retrySeconds":${SOON_MILLISECONDS / 1000}}\n`,
  write: ({ id, name, data }) => `${JSON.stringify({ event: name, id, ...data })}\n`,
};

const WIRES: readonly (readonly [RegExp, Wire])[] = [
  [/^(text\/event-stream|text\/\*|\*\/\*)$/, EVENT_STREAM],
  [/^application\/((x-)?ndjson|jsonl|\*)$/, LINES],
];

/** Returns the format that an Accept header prefers (RFC 9110 §12.5.1). Throws `not-acceptable`. */
export function chooseWire(accept: string | null): Wire {
  if (accept === null || accept.trim() === '') return EVENT_STREAM;
  let best: { readonly wire: Wire; readonly quality: number } | null = null;
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((value) => value.trim());
    const wire = WIRES.find(([pattern]) => pattern.test(type))?.[1];
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.slice(2)) || 0;
    if (wire !== undefined && quality > (best?.quality ?? 0)) best = { wire, quality };
  }
  if (best !== null) return best.wire;
  throw new Problem(
    'not-acceptable',
    'The progress of an export is available as text/event-stream or application/x-ndjson.',
  );
}
