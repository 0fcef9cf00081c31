import { tokenOfFilm } from '../film.js';

export const dynamic = 'force-dynamic';

/** Answers with another token, for a film that is longer than one lasts. */
export async function GET() {
  return new Response(await tokenOfFilm(), { headers: { 'cache-control': 'no-store' } });
}
