import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { refuseRewrittenPath } from '../functions/stream/base/key.ts';
import { Problem } from '../functions/stream/base/problem.ts';
import { parseConfig } from '../functions/stream/config/config.ts';
import type { Environment } from '../functions/stream/config/read-settings.ts';
import { secure } from '../functions/stream/http/policy.ts';
import { asProblem, problemResponse } from '../functions/stream/http/problem-response.ts';
import { openAccess } from '../functions/stream/route/access.ts';
import { methodsOf } from '../functions/stream/route/address-of.ts';
import { type Access, authorise, splitToken } from '../functions/stream/route/authorise.ts';
import { parseRoute } from '../functions/stream/route/routes.ts';
import { checkUpload, type UploadBounds } from '../functions/stream/route/upload.ts';
import { tooLarge, writeUpload } from './write-upload.ts';

/** Answers an upload; returns false for a request that is none, which the function answers. */
export type Uploads = (request: IncomingMessage, response: ServerResponse, id: string) => Promise<boolean>;

const MOST_AT_ONCE = 4;
/** Who sends nothing for so long has left. */
const IDLE_MS = 60_000;

/**
 * Takes files that are posted to `/upload/{key}` into the folder of the media, as the settings of the function say;
 * null where they say nothing, or a bucket holds the media. The function itself only reads.
 */
export function takeUploads(environment: Environment): Uploads | null {
  if (environment.UPLOADS !== '1' || !environment.MEDIA_DIR) return null;
  const { media, uploads, access } = parseConfig(environment);
  if (media.kind !== 'directory') return null;
  const place: Place = { root: media.path, bounds: uploads, access: openAccess(access, () => {}) };
  let underWay = 0;
  return async (request, response, id) => {
    const address = addressOf(request);
    if (request.method !== 'POST' || address === null || !methodsOf(address.url).includes('POST'))
      return false;
    underWay += 1;
    try {
      if (underWay > MOST_AT_ONCE)
        throw new Problem('busy', 'Other uploads are under way; try again shortly.');
      const key = await take(request, address, place);
      await send(response, Response.json({ key }, { status: 201 }), id);
    } catch (error) {
      const { signal } = new AbortController();
      await send(response, problemResponse(asProblem(error, signal), id), id);
    } finally {
      underWay -= 1;
    }
    return true;
  };
}

type Place = {
  readonly root: string;
  readonly bounds: UploadBounds | null;
  readonly access: Access;
};

type Address = ReturnType<typeof splitToken>;

/** Returns null for a target that is no path. */
function addressOf({ url = '/' }: IncomingMessage): Address | null {
  if (!url.startsWith('/')) return null;
  const whole = `https://localhost${url}`;
  return URL.canParse(whole) ? splitToken(new URL(whole)) : null;
}

/** Everything is checked before a byte is written. */
async function take(
  request: IncomingMessage,
  address: Address,
  { root, bounds, access }: Place,
): Promise<string> {
  refuseOthers(request.headers);
  refuseRewrittenPath((request.url ?? '/').split('?')[0] ?? '/');
  const route = parseRoute(address.url);
  if (route.kind !== 'upload') throw new Problem('not-found', 'There is nothing at this address.');
  await authorise(route, address, access);
  const { mostBytes } = checkUpload(route.key, bounds);
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes);
  request.setTimeout(IDLE_MS);
  // Then the disk may take its time.
  request.once('end', () => request.setTimeout(0));
  await writeUpload(root, { key: route.key, mostBytes, body: request.iterator({ destroyOnReturn: false }) });
  return route.key;
}

/**
 * Only the service's own page may write, and programs, which say nothing about sites: other pages may read, even some of
 * them from other ports of this machine.
 */
function refuseOthers(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  const { origin } = headers;
  const isOwnOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host);
  if (isOwnSite && isOwnOrigin) return;
  throw new Problem('forbidden', 'Only the page of this service may add files.');
}

async function send(response: ServerResponse, answer: Response, id: string): Promise<void> {
  secure(answer.headers, id);
  // The rest of a refused body is not read, so the connection cannot carry another request.
  if (!response.req.complete) answer.headers.set('connection', 'close');
  response.writeHead(answer.status, [...answer.headers].flat());
  response.end(Buffer.from(await answer.arrayBuffer()));
  if (!response.req.complete) response.req.resume();
  if (!response.writableFinished && !response.destroyed) await once(response, 'close').catch(() => {});
}
