import { type Agent, type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

/** One request and its answer as received: no address is rewritten, no header is joined. */
export type Exchange = {
  /** Null if no head of an answer came. */
  readonly status: number | null;
  /** Names and values in turn, duplicates included. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The chunks of the body in the order of arrival. */
  readonly arrivals: readonly Arrival[];
  /** From the request to its end, or to when it was given up. */
  readonly milliseconds: number;
  readonly outcome: 'complete' | 'broken' | 'timed out' | 'cut';
  /** The error of the connection if it broke. */
  readonly failure: string | null;
};

/** Milliseconds count from the start of the request, connecting included. */
export type Arrival = { readonly milliseconds: number; readonly bytes: number };

export type AskOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Shares its connection with other requests; without it each has its own. */
  readonly agent?: Agent;
  readonly timeoutMilliseconds?: number;
  /** The connection is cut when so much of the body has come. */
  readonly cutAfterBytes?: number;
};

/** A service at fault must not make this program read a whole film. */
const MOST_BYTES = 2_000_000;

/** Sends one request over HTTP/1.1 and reads what comes. Never rejects. */
export function exchange(
  origin: string,
  path: string,
  { agent, cutAfterBytes = MOST_BYTES, timeoutMilliseconds = 30_000, ...options }: AskOptions = {},
): Promise<Exchange> {
  const { protocol, hostname, port } = new URL(origin);
  const target: RequestOptions = {
    // An IPv6 address has brackets only in a URL.
    ...{ protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, path },
    ...{ method: options.method ?? 'GET', headers: { ...options.headers }, agent: agent ?? false },
  };
  return new Promise((resolve) => {
    const start = performance.now();
    const arrivals: Arrival[] = [];
    const chunks: Buffer[] = [];
    let message: IncomingMessage | null = null;
    let bytes = 0;
    const finish = (outcome: Exchange['outcome'], failure: string | null = null) => {
      clearTimeout(timer);
      resolve({
        status: message?.statusCode ?? null,
        rawHeaders: message?.rawHeaders ?? [],
        body: Buffer.concat(chunks),
        arrivals,
        milliseconds: performance.now() - start,
        outcome,
        failure,
      });
      if (outcome !== 'complete') outgoing.destroy();
    };
    const timer = setTimeout(() => finish('timed out'), timeoutMilliseconds);
    const outgoing = (protocol === 'https:' ? requestSecure : requestPlain)(target);
    outgoing.on('error', (error) => finish('broken', error.message || String(error)));
    outgoing.once('response', (incoming) => {
      message = incoming;
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.byteLength;
        arrivals.push({ milliseconds: performance.now() - start, bytes: chunk.byteLength });
        if (bytes >= cutAfterBytes) finish('cut');
      });
      incoming.on('error', (error) => finish('broken', error.message));
      incoming.once('end', () => finish(incoming.complete ? 'complete' : 'broken'));
    });
    outgoing.end();
  });
}

/** Returns every value of a header, one for each time that it occurs in the head. */
export function headerValues({ rawHeaders }: Pick<Exchange, 'rawHeaders'>, name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

/** Returns a header that should occur once; null if it does not. */
export function headerOf(answer: Pick<Exchange, 'rawHeaders'>, name: string): string | null {
  const [value, ...others] = headerValues(answer, name);
  return value === undefined || others.length > 0 ? null : value;
}

/** Returns the body as a JSON object; an empty one if it is not JSON. */
export function jsonOf({ body }: Pick<Exchange, 'body'>): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
