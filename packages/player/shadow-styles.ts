import * as media from 'hls-video-element';
import * as controls from 'media-chrome';
import * as menus from 'media-chrome/menu';

/**
 * Returns the text of each style that the libraries of the player write into a shadow root, so that a page's policy
 * can name their hashes. They take no nonce, and look for these elements later: constructed sheets cannot stand in.
 */
export function shadowStyles(): readonly string[] {
  const templates = [controls, menus, media].flatMap((module) => Object.values(module).map(templateOf));
  const texts = templates.flatMap((html) => [...html.matchAll(STYLE)].map(([, text = '']) => text));
  return [...new Set(texts)];
}

const STYLE = /<style[^>]*>([\s\S]*?)<\/style>/g;

/** Returns the template of an element, empty for what is none. */
function templateOf(exported: unknown): string {
  if (typeof exported !== 'function' || !('getTemplateHTML' in exported)) return '';
  const { getTemplateHTML } = exported;
  return typeof getTemplateHTML === 'function' ? String(getTemplateHTML.call(exported, {}, {})) : '';
}
