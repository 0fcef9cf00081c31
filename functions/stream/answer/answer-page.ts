import { Problem } from '../base/problem.ts';
import type { RequestContext } from '../base/request-context.ts';
import { jsonResponse, prefersJson } from '../http/json.ts';
import { storeOrigins } from '../http/original.ts';
import { pageResponse } from '../http/page.ts';
import { isAddressable } from '../route/parse-route.ts';
import type { Listing } from '../source/listing.ts';
import type { Source } from '../source/source.ts';
import type { MediaList } from './media-list.ts';
import type { Services } from './services.ts';

/** The limit of one answer, which says where the list goes on. */
const MAX_LISTED = 1_000;

/** Sorts as people count: `film 2` before `film 10`. */
const NATURAL = new Intl.Collator('en', { numeric: true });

/**
 * Answers `/`: the player page, or the list of media that it shows. Throws `not-found` if it is switched off.
 */
export async function answerPage(
  { after }: { readonly after: string },
  request: Request,
  { signal }: RequestContext,
  { source, loadPage, config, exports }: Services,
): Promise<Response> {
  if (!config.playerPage) {
    throw new Problem('not-found', 'The player page is switched off here (setting PLAYER_PAGE).');
  }
  const response = prefersJson(request.headers.get('accept'))
    ? jsonResponse({
        ...(await listMedia(source, after, signal)),
        credit: config.pageCredit ?? undefined,
        exports: exports !== null,
        embeds: config.embedOrigins.length > 0,
        memoryMegabytes: config.memoryMegabytes,
        uploads: config.uploads,
      } satisfies MediaList)
    : pageResponse(await loadPage('player'), await originsOf(source, config.uploads !== null));
  response.headers.set('vary', 'Accept');
  return response;
}

async function originsOf(source: Source, takesUploads: boolean) {
  const media = await storeOrigins(source);
  return { media, uploads: takesUploads ? media : [] };
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
