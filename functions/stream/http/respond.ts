import { randomUUID } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import { excessOf, type Limits } from '../base/limits.ts';
import { Problem } from '../base/problem.ts';
import { type ByteRange, beginsLater, contentRange, parseRange } from '../base/range.ts';
import { bodyOf } from './body.ts';
import { evaluateConditions, ifRangeHolds } from './conditions.ts';
import type { FileRepresentation, LiveRepresentation, Representation } from './representation.ts';
import { slice } from './slice.ts';

export type ResponseLimits = Pick<Limits, 'maxResponseBytes' | 'maxRanges'> & {
  /** Whether the store itself sends whole files to clients that can be redirected. Default false. */
  readonly redirectsWhole?: boolean;
};

/**
 * Answers GET and HEAD for a representation: conditions, then ranges, then the limit of one response. Nothing
 * is opened for HEAD, 304, 412, 416 or a redirect. Throws `Problem`.
 */
export async function respond(
  request: Request,
  representation: Representation,
  limits: ResponseLimits,
): Promise<Response> {
  const evaluation = evaluateConditions(request.headers, {
    etag: representation.etag,
    lastModified: representation.kind === 'file' ? representation.lastModified : null,
  });
  if (evaluation === 'precondition-failed') {
    throw new Problem('precondition-failed', 'The object is not in the state that the request expects.');
  }
  const headers = describe(representation);
  if (evaluation === 'not-modified') return new Response(null, { status: 304, headers });
  return representation.kind === 'file'
    ? respondFile(request, representation, headers, limits)
    : respondLive(request, representation, headers, limits.maxResponseBytes);
}

function describe(representation: Representation): Headers {
  const headers = new Headers({ 'content-type': representation.contentType, etag: representation.etag });
  if (representation.kind === 'live') {
    headers.set('accept-ranges', representation.sizeBytes === undefined ? 'none' : 'bytes');
    return headers;
  }
  headers.set('accept-ranges', 'bytes');
  if (representation.contentDisposition !== null) {
    headers.set('content-disposition', representation.contentDisposition);
  }
  if (representation.lastModified !== null) {
    headers.set('last-modified', representation.lastModified.toUTCString());
  }
  return headers;
}

async function respondLive(
  request: Request,
  live: LiveRepresentation,
  headers: Headers,
  maxResponseBytes: number,
): Promise<Response> {
  const { sizeBytes } = live;
  if (sizeBytes !== undefined) return respondCounted(request, live, sizeBytes, headers, maxResponseBytes);
  if (request.method === 'HEAD') return new Response(null, { headers });
  if (beginsLater(request.headers.get('range')) && !request.headers.has('if-range')) throw inProgress();
  return new Response(bodyOf(breakBeyond(maxResponseBytes, await live.open())), { headers });
}

/**
 * Answers for a live stream whose bytes are the same each time: a range is served by producing and discarding
 * everything before it.
 */
async function respondCounted(
  request: Request,
  live: LiveRepresentation,
  sizeBytes: number,
  headers: Headers,
  maxResponseBytes: number,
): Promise<Response> {
  if (request.method === 'HEAD') return describeLength(request, headers, sizeBytes);
  // Its tag is weak, which never satisfies If-Range (RFC 9110 §13.1.5).
  const asked = request.headers.has('if-range') ? null : request.headers.get('range');
  const range = parseRange(asked, sizeBytes, 1);
  if (range.kind === 'unsatisfiable') {
    throw unsatisfiable(`The range lies outside the ${sizeBytes} bytes of the output.`, sizeBytes);
  }
  const output = breakBeyond(maxResponseBytes, await live.open());
  if (range.kind !== 'ranges') {
    headers.set('content-length', String(sizeBytes));
    return new Response(bodyOf(output), { headers });
  }
  const [served] = range.ranges;
  headers.set('content-range', contentRange(served, sizeBytes));
  headers.set('content-length', String(served.end - served.start));
  const body = Readable.from(slice(output, served), { objectMode: false });
  // A generator that was never started does not end the stream that it reads.
  body.once('close', () => output.destroy());
  return new Response(bodyOf(body), { status: 206, headers });
}

function describeLength(request: Request, headers: Headers, sizeBytes: number): Response {
  // Range is defined for GET only (RFC 9110 §14.2).
  headers.set('content-length', String(sizeBytes));
  // A Function URL removes the length. With 200 this header means nothing (§14.4), but wget and scripts read
  // it.
  const isPlain = sizeBytes > 0 && !request.headers.has('range');
  if (isPlain) headers.set('content-range', contentRange({ start: 0, end: sizeBytes }, sizeBytes));
  return new Response(null, { headers });
}

/**
 * For a client that lost its connection and wants the rest. Ignoring its range (RFC 9110 §14.2) would produce
 * everything again, and Chromium, which repeats the request, gets stuck. Chromium, curl and wget take 416 for
 * the end of the file and would treat their part as the whole. A conflict is an error to all of them, at
 * once.
 */
function inProgress(): Problem {
  return new Problem(
    'being-made',
    'This output is produced while it is sent and cannot be continued in the middle: ' +
      'ask for it from the beginning, or with the parameter start.',
    { headers: { 'accept-ranges': 'none' } },
  );
}

/**
 * Ends a body that exceeds its predicted size: the platform would break it off there, perhaps with a clean
 * end.
 */
function breakBeyond(maxBytes: number, live: Readable): Readable {
  let bytes = 0;
  const limited = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.byteLength;
      if (bytes <= maxBytes) return done(null, chunk);
      done(new Problem('too-large', `The output became longer than ${maxBytes} bytes.`));
    },
  });
  // Each ends with the other; the failure is the one of `limited`.
  pipeline(live, limited, () => {});
  return limited;
}

async function respondFile(
  request: Request,
  file: FileRepresentation,
  headers: Headers,
  limits: ResponseLimits,
): Promise<Response> {
  const { sizeBytes } = file;
  const { maxResponseBytes, maxRanges } = limits;
  if (request.method === 'HEAD') return describeLength(request, headers, sizeBytes);
  const validators = { etag: file.etag, lastModified: file.lastModified };
  const whole = { kind: 'whole' } as const;
  const wanted = ifRangeHolds(request.headers, validators)
    ? parseRange(request.headers.get('range'), sizeBytes, maxRanges)
    : whole;
  const isCostly = file.isSequential === true && wanted.kind === 'ranges' && wanted.ranges.length > 1;
  // As RFC 9110 §14.2 allows.
  const range = isCostly ? whole : wanted;

  if (range.kind === 'too-many') {
    throw unsatisfiable(`${excessOf('maxRanges', range.count, limits)}.`, sizeBytes);
  }
  if (range.kind === 'unsatisfiable') {
    throw unsatisfiable(`The range lies outside the ${sizeBytes} bytes of the object.`, sizeBytes);
  }
  const asked: readonly ByteRange[] = range.kind === 'whole' ? [{ start: 0, end: sizeBytes }] : range.ranges;
  const askedBytes = bytesOf(asked);
  const isForStore = limits.redirectsWhole === true && followsToStore(request.headers);
  if ((askedBytes > maxResponseBytes || isForStore) && file.redirect) return redirect(await file.redirect());

  if (range.kind === 'whole') {
    if (sizeBytes > maxResponseBytes) throw tooLarge(sizeBytes, maxResponseBytes);
    headers.set('content-length', String(sizeBytes));
    return new Response(bodyOf(await file.open({ start: 0, end: sizeBytes })), { headers });
  }
  const [first, ...others] = range.ranges;
  if (others.length > 0 && askedBytes <= maxResponseBytes) return multipart(file, range.ranges, headers);

  // Clipping is allowed (RFC 9110 §15.3.7), and players request the rest as long as the total is correct.
  const served = { start: first.start, end: Math.min(first.end, first.start + maxResponseBytes) };
  headers.set('content-range', contentRange(served, sizeBytes));
  headers.set('content-length', String(served.end - served.start));
  return new Response(bodyOf(await file.open(served)), { status: 206, headers });
}

/**
 * Returns whether a client asks for a whole file whose length the store sends and a Function URL does not:
 * without it, wget takes a truncated body for a whole one, GStreamer cannot seek, and aria2 uses one
 * connection. Requests of a page are not redirected, since its policy or CORS may not allow the store, nor
 * are requests that resume.
 */
function followsToStore(headers: Headers): boolean {
  const destination = headers.get('sec-fetch-dest');
  const isOfPage = headers.has('origin') || (destination !== null && destination !== 'document');
  return !headers.has('range') && !isOfPage;
}

/** Returns 416, which RFC 9110 §15.5.17 also has for an excessive number of ranges. */
function unsatisfiable(detail: string, sizeBytes: number): Problem {
  const headers = { 'content-range': `bytes */${sizeBytes}`, 'accept-ranges': 'bytes' };
  return new Problem('range-not-satisfiable', detail, { headers });
}

function redirect(location: string): Response {
  return new Response(null, { status: 307, headers: { location } });
}

function tooLarge(sizeBytes: number, maxResponseBytes: number): Problem {
  return new Problem(
    'too-large',
    `The object has ${sizeBytes} bytes and one response carries at most ${maxResponseBytes}; ask for it in ranges.`,
    { headers: { 'accept-ranges': 'bytes' } },
  );
}

async function multipart(
  file: FileRepresentation,
  ranges: readonly [ByteRange, ...ByteRange[]],
  headers: Headers,
): Promise<Response> {
  const boundary = randomUUID();
  const heads = ranges.map((range) =>
    Buffer.from(
      `\r\n--${boundary}\r\ncontent-type: ${file.contentType}\r\n` +
        `content-range: ${contentRange(range, file.sizeBytes)}\r\n\r\n`,
    ),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const length = bytesOf(ranges) + heads.reduce((sum, head) => sum + head.length, tail.length);
  // A failure to open can still be answered with a problem; a later failure is reported to the reader.
  const opened = await file.open(ranges[0]);
  opened.on('error', () => {});
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const [i, range] of ranges.entries()) {
      yield heads[i] ?? Buffer.alloc(0);
      yield* i === 0 ? opened : await file.open(range);
    }
    yield tail;
  }
  const body = Readable.from(parts(), { objectMode: false });
  body.once('close', () => opened.destroy());
  headers.set('content-type', `multipart/byteranges; boundary=${boundary}`);
  headers.set('content-length', String(length));
  return new Response(bodyOf(body), { status: 206, headers });
}

function bytesOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
