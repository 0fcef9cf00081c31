import { createReadStream } from 'node:fs';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { CACHED_ROUTES, type CachedName, keyParameters } from '../infra/cached-routes.ts';
import { type EdgeRequest, loadEdge } from '../testing/edge.ts';
import { createEdgeCache, type EdgeCache, type Stored } from './edge-cache.ts';

export type EdgeOptions = {
  /** The Function URL. */
  readonly origin: string;
  /** The folder that stands for the bucket. */
  readonly media: string;
};

export type EdgeFront = {
  readonly url: string;
  counts: EdgeCache['counts'];
  close(): Promise<void>;
};

const NAMES = Object.keys(CACHED_ROUTES) as CachedName[];
const SETTINGS = { isSigned: false, isEncrypted: false, hasTexts: true, allowedOrigins: [] };

/**
 * Starts what stands for CloudFront before an open service: `infra/cdn.ts` with its code at the edge, its
 * cache and the bucket behind it.
 */
export async function startEdge({ origin, media }: EdgeOptions): Promise<EdgeFront> {
  const cache = createEdgeCache();
  const toBucket = loadEdge('media-request', SETTINGS);
  const inOneSpelling = loadEdge('cached-request', SETTINGS);
  const agent = new Agent({ keepAlive: true });

  async function answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const event = eventOf(asked);
    const [, word = ''] = event.uri.split('/');
    if (word === 'media') {
      const { returned, origin: chosen } = toBucket({ request: event });
      const { uri } = returned as EdgeRequest;
      if (chosen === 'bucket') return sendFile(join(media, decodeURIComponent(uri)), response);
    }
    const name = NAMES.find((each) => CACHED_ROUTES[each].routes.some((route) => route === word));
    // Without a version an image is another each time, and no cache has it.
    const isNew = name === undefined || (word === 'image' && event.querystring.v === undefined);
    if (isNew) return pass(asked, response);
    const { uri, querystring, headers } = inOneSpelling({ request: event }).returned as EdgeRequest;
    const query = keyParameters(name, true).map((parameter) => querystring[parameter]?.value ?? null);
    const accept = CACHED_ROUTES[name].followsAccept ? headers.accept : null;
    const key = JSON.stringify([asked.method, uri, query, accept]);
    const stored = await cache.get(key, () => fetchStored(asked));
    response.writeHead(stored.status, stored.headers).end(stored.body);
  }

  function toOrigin(asked: IncomingMessage): Promise<IncomingMessage> {
    const { host: _, connection: __, ...headers } = asked.headers;
    return new Promise((resolve, reject) => {
      const sent = request(`${origin}${asked.url}`, { agent, method: asked.method ?? 'GET', headers });
      sent.once('response', resolve).once('error', reject).end();
    });
  }

  async function fetchStored(asked: IncomingMessage): Promise<Stored> {
    const answered = await toOrigin(asked);
    const body = await buffer(answered);
    if (!answered.complete) throw new Error('the answer of the origin broke off');
    return { status: answered.statusCode ?? 502, headers: endToEnd(answered), body };
  }

  async function pass(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = await toOrigin(asked);
    response.writeHead(answered.statusCode ?? 502, endToEnd(answered));
    await pipeline(answered, response);
  }

  const server = createServer((asked, response) => {
    // As CloudFront does if its origin fails it; after the head, a broken connection says so.
    answer(asked, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: cache.counts,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

function eventOf({ method = 'GET', url = '/', headers }: IncomingMessage): EdgeRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const values = (pairs: Iterable<readonly [string, string]>) =>
    Object.fromEntries([...pairs].map(([name, value]) => [name, { value }]));
  return {
    method,
    uri: pathname,
    querystring: values(searchParams),
    headers: values(Object.entries(headers).map(([name, value]) => [name, String(value)] as const)),
  };
}

/** Without what belongs to one connection. */
function endToEnd({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...others } = headers;
  return others;
}

function sendFile(path: string, response: ServerResponse): Promise<void> {
  return pipeline(createReadStream(path), response);
}
