import type { Recipe } from '../../plan/plan-export.ts';
import type { Body, BodyDesk, Span } from './body.ts';
import { filmBody } from './film.ts';
import { movieBody } from './movie.ts';
import { packetsBody } from './packet-body.ts';
import { originalBody, pcmBody, streamBody } from './plain.ts';
import { webmBody } from './webm.ts';

/** Begins to make a part of what a recipe says. Rejects with `Problem`s. */
export async function openBody(recipe: Recipe, span: Span, desk: BodyDesk): Promise<Body> {
  switch (recipe.kind) {
    case 'original':
      return originalBody(recipe, desk);
    case 'movie':
      return movieBody(recipe, desk);
    case 'film':
      return filmBody(recipe.film, span, desk);
    case 'webm':
      return webmBody(recipe.output, desk);
    case 'mp3':
    case 'flac':
      return packetsBody(recipe.output, desk);
    case 'wav':
      return pcmBody(recipe.output, desk);
    case 'stream':
      return streamBody(recipe.output, desk);
    default:
      return recipe satisfies never;
  }
}
