import type { Recipe } from '../../plan/plan-export.ts';
import type { Body, BodyContext, Span } from './body.ts';
import { filmBody } from './film.ts';
import { movieBody } from './movie.ts';
import { packetsBody } from './packet-body.ts';
import { originalBody, pcmBody, streamBody } from './plain.ts';
import { webmBody } from './webm.ts';

/** Begins to produce a part of an export. Rejects with `Problem`s. */
export async function openBody(recipe: Recipe, span: Span, context: BodyContext): Promise<Body> {
  switch (recipe.kind) {
    case 'original':
      return originalBody(recipe, context);
    case 'movie':
      return movieBody(recipe, context);
    case 'film':
      return filmBody(recipe.film, span, context);
    case 'webm':
      return webmBody(recipe.output, context);
    case 'mp3':
    case 'flac':
      return packetsBody(recipe.output, context);
    case 'wav':
      return pcmBody(recipe.output, context);
    case 'stream':
      return streamBody(recipe.output, context);
    default:
      return recipe satisfies never;
  }
}
