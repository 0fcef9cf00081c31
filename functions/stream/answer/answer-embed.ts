import { Problem } from '../base/problem.ts';
import { embedPageResponse } from '../http/page.ts';
import type { Services } from './services.ts';

/**
 * Answers `/embed/{key}`: a player that pages of some origins may frame, and no other. It reads its address by itself, so that it is
 * one text for all media. Throws `not-found` if no origin may frame it.
 */
export async function answerEmbed({
  config,
  loadPage,
}: Pick<Services, 'config' | 'loadPage'>): Promise<Response> {
  if (config.embedOrigins.length === 0) {
    throw new Problem('not-found', 'No page may frame players of this service (setting EMBED_ORIGINS).');
  }
  return embedPageResponse(await loadPage('embed'), config.embedOrigins);
}
