import { Problem } from '../base/problem.ts';
import type { RequestContext } from '../base/request-context.ts';
import { jsonResponse, prefersJson } from '../http/json.ts';
import { storeOrigins } from '../http/original.ts';
import { pageResponse } from '../http/page.ts';
import { isAddressable } from '../route/route.ts';
import type { Listing } from '../source/listing.ts';
import type { Source } from '../source/source.ts';
import type { MediaList } from './media-list.ts';
import type { Services } from './services.ts';

/** In one answer; it tells where the list goes on. */
const MAX_LISTED = 1_000;

/** As people count: `film 2` before `film 10`. */
const NATURAL = new Intl.Collator('en', { numeric: true });

/** The player page, or the list of media that it shows. Throws `not-found` where it is switched off. */
export async function answerPage(
  { after }: { readonly after: string },
  request: Request,
  { signal }: RequestContext,
  { source, page, config, exports }: Services,
): Promise<Response> {
  if (!config.playerPage) {
    throw new Problem('not-found', 'The player page is switched off here (setting PLAYER_PAGE).');
  }
  const response = prefersJson(request.headers.get('accept'))
    ? jsonResponse({
        ...(await listMedia(source, after, signal)),
        credit: config.pageCredit ?? undefined,
        exports: exports !== null,
      } satisfies MediaList)
    : pageResponse(page, await storeOrigins(source));
  response.headers.set('vary', 'Accept');
  return response;
}

/** One page of it. Pages follow each other in the order of the store, and each is put into that of people. */
async function listMedia(source: Source, after: string, signal: AbortSignal): Promise<Listing> {
  const { media, next } = await source.list(after, MAX_LISTED, signal);
  const open = media.filter(({ key }) => isAddressable(key));
  // A page may end at something that is no media, whose name is nobody's concern. Behind so much of it that no media
  // stands before, the list ends.
  const last = open.at(-1)?.key ?? null;
  return { media: open.sort((a, b) => NATURAL.compare(a.key, b.key)), next: next === null ? null : last };
}
