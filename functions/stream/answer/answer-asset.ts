import { Problem } from '../base/problem.ts';
import type { Services } from './services.ts';

/** Answers `/assets/{name}`: a module of a page. Throws `not-found`, also if the page is switched off. */
export async function answerAsset(
  { name }: { readonly name: string },
  { config, loadAssets }: Pick<Services, 'config' | 'loadAssets'>,
): Promise<Response> {
  const assets = {
    ...(config.playerPage ? await loadAssets('player') : {}),
    ...(config.embedOrigins.length > 0 ? await loadAssets('embed') : {}),
  };
  const text = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (text === undefined) throw new Problem('not-found', 'No page has a module of this name.');
  return new Response(text, { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
}
