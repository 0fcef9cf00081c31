import type { LambdaFunctionURLEvent } from 'aws-lambda';

/**
 * One request as the front received it; `rawHeaders` alternates names and values, as node:http gives them.
 */
export type ReceivedRequest = {
  readonly method: string;
  /** The request target as it was in the request line. */
  readonly target: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  readonly sourceIp: string;
  readonly port: number;
  readonly requestId: string;
  readonly traceId: string;
  readonly receivedAt: Date;
};

/**
 * Builds the event that a Function URL makes of a request: payload format 2.0, as AWS documents it under
 * "Request payload format". Null for a request target that is neither a path nor an absolute URL.
 */
export function buildEvent(request: ReceivedRequest): LambdaFunctionURLEvent | null {
  const target = splitTarget(request.target);
  if (target === null) return null;
  const headers = joinHeaders(request);
  const cookies = splitCookies(headers.cookie);
  const parameters = joinParameters(target.query);
  const host = hostname(headers.host);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: target.path,
    rawQueryString: target.query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(target.query !== '' && { queryStringParameters: parameters }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: host,
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: decodePath(target.path),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(request.receivedAt),
      timeEpoch: request.receivedAt.getTime(),
    },
    ...encodeBody(request.body, headers),
  };
}

/** Splits the origin-form, or the absolute-form that a client sends to a proxy (RFC 9112 §3.2). */
function splitTarget(target: string): { path: string; query: string } | null {
  const origin = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '');
  if (origin === target && !target.startsWith('/')) return null;
  const [beforeFragment = ''] = origin.split('#', 1);
  const mark = beforeFragment.indexOf('?');
  if (mark < 0) return { path: beforeFragment || '/', query: '' };
  return { path: beforeFragment.slice(0, mark) || '/', query: beforeFragment.slice(mark + 1) };
}

// These belong to one connection (RFC 9110 §7.6.1), so the service consumes them and the function never sees
// them.
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function joinHeaders(request: ReceivedRequest): Record<string, string> {
  const joined = new Map<string, string>();
  const { rawHeaders } = request;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (CONNECTION_HEADERS.has(name)) continue;
    const before = joined.get(name);
    // RFC 6265 §5.4 has one cookie header; two of them are still pairs separated by semicolons.
    const separator = name === 'cookie' ? '; ' : ',';
    joined.set(name, before === undefined ? value : `${before}${separator}${value}`);
  }
  const forwarded = joined.get('x-forwarded-for');
  joined.set(
    'x-forwarded-for',
    forwarded === undefined ? request.sourceIp : `${forwarded}, ${request.sourceIp}`,
  );
  joined.set('x-forwarded-proto', 'http');
  joined.set('x-forwarded-port', String(request.port));
  joined.set('x-amzn-trace-id', request.traceId);
  return Object.fromEntries(joined);
}

function splitCookies(header: string | undefined): string[] {
  if (header === undefined) return [];
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
}

function joinParameters(query: string): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

/** Decodes what can be decoded; AWS passes a malformed escape such as `%Ft` on unchanged. */
function decodePath(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function hostname(host: string | undefined): string {
  return (host ?? '127.0.0.1').replace(/:\d+$/, '');
}

// Everything that is not declared as text reaches the function in base64.
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml)\b)/i;

function encodeBody(body: Uint8Array, headers: Record<string, string>) {
  if (body.byteLength === 0) return { isBase64Encoded: false };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const isText = TEXT.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;
  return isText
    ? { body: bytes.toString('utf8'), isBase64Encoded: false }
    : { body: bytes.toString('base64'), isBase64Encoded: true };
}

/** Formats a time as `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(date: Date): string {
  const [, day, month, year, clock] = /, (\d\d) (\w{3}) (\d{4}) (\S+)/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock} +0000`;
}
