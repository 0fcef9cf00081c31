import { Problem } from '../base/problem.ts';
import type { RequestContext } from '../base/request-context.ts';
import { jsonResponse, prefersJson } from '../http/json.ts';
import { storeOrigins } from '../http/original.ts';
import { pageResponse } from '../http/page.ts';
import { isAddressable } from '../route/address-of.ts';
import type { Grant } from '../route/authorise.ts';
import { keyUnsigned } from '../route/refusals.ts';
import type { Route } from '../route/route.ts';
import type { Listing } from '../source/listing.ts';
import type { Source } from '../source/source.ts';
import type { MediaList } from './media-list.ts';
import type { Services } from './services.ts';

/** The limit of one answer, which says where the list goes on. */
const MAX_LISTED = 1_000;

/** Sorts as people count: `film 2` before `film 10`. */
const NATURAL = new Intl.Collator('en', { numeric: true });

/**
 * Answers `/` and `/console/{key}`: the player page, or the list of media that it shows, of one object alone. Throws
 * `not-found` if it is switched off, `unsigned` for a token that opens no other address of the object.
 */
export async function answerPage(
  route: Extract<Route, { kind: 'page' | 'console' }>,
  grant: Grant,
  request: Request,
  { signal }: RequestContext,
  { source, loadPage, config, exports }: Services,
): Promise<Response> {
  if (!config.playerPage) {
    throw new Problem('not-found', 'The player page is switched off here (setting PLAYER_PAGE).');
  }
  if (route.kind === 'console' && grant.kind === 'signed' && grant.prefix === '') {
    throw keyUnsigned('The console of an object');
  }
  // Whoever may see an object may not add one, and whoever may see the list may not open what is on it.
  const isPublic = grant.kind === 'open';
  const uploads = isPublic && route.kind === 'page' ? config.uploads : null;
  const scheme = config.encryption?.scheme ?? null;
  const response = prefersJson(request.headers.get('accept'))
    ? jsonResponse({
        ...(await (route.kind === 'page'
          ? listMedia(source, route.after, signal)
          : listOne(source, route.key, signal))),
        credit: config.pageCredit ?? undefined,
        exports: exports !== null && scheme === null && (isPublic || route.kind === 'console'),
        encryption: scheme,
        embeds: config.embedOrigins.length > 0,
        memoryMegabytes: config.memoryMegabytes,
        uploads,
      } satisfies MediaList)
    : pageResponse(await loadPage('player'), await originsOf(source, uploads !== null));
  response.headers.set('vary', 'Accept');
  return response;
}

async function originsOf(source: Source, takesUploads: boolean) {
  const media = await storeOrigins(source);
  return { media, uploads: takesUploads ? media : [] };
}

async function listOne(source: Source, key: string, signal: AbortSignal): Promise<Listing> {
  const { sizeBytes } = await source.stat(key, signal);
  return { media: [{ key, sizeBytes }], next: null };
}

/** Lists one page. Pages follow the order of the store; the entries of each are sorted in natural order. */
async function listMedia(source: Source, after: string, signal: AbortSignal): Promise<Listing> {
  const { media, next } = await source.list(after, MAX_LISTED, signal);
  const open = media.filter(({ key }) => isAddressable(key));
  // A page may end at an object that is not media, whose name must not be shown. The list ends at a page
  // without media.
  const last = open.at(-1)?.key ?? null;
  return { media: open.sort((a, b) => NATURAL.compare(a.key, b.key)), next: next === null ? null : last };
}
