import { jsonResponse, prefersJson } from '../http/json.ts';
import type { Invocation } from '../http/lambda.ts';
import { pageResponse } from '../http/page.ts';
import { Problem } from '../http/problem.ts';
import { storeOrigins } from '../open/original.ts';
import type { Parts } from './parts.ts';

const MAX_LISTED = 1_000;

/** The player page, or the list of media that it shows. Throws `not-found` where it is switched off. */
export async function answerPage(
  request: Request,
  { signal }: Invocation,
  { source, page, config, exports }: Parts,
): Promise<Response> {
  if (!config.playerPage) {
    throw new Problem('not-found', 'The player page is switched off here (setting PLAYER_PAGE).');
  }
  const response = prefersJson(request.headers.get('accept'))
    ? jsonResponse({
        media: await source.list(MAX_LISTED, signal),
        credit: config.pageCredit ?? undefined,
        exports: exports !== null,
      })
    : pageResponse(page, await storeOrigins(source));
  response.headers.set('vary', 'Accept');
  return response;
}
