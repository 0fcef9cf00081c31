import { CONTROLS_STYLE, controls } from '../packages/player/src/controls.ts';
// Before media-chrome, which looks for the lists only once.
import { listTracks } from './track-lists.ts';
import 'media-chrome';
import 'media-chrome/menu';

export { listTracks };

const sheet = new CSSStyleSheet();
sheet.replaceSync(CONTROLS_STYLE);
document.adoptedStyleSheets.push(sheet);

/** Draws the controls into a media-controller, which may have been only an unknown element so far. */
export function drawOver(controller: HTMLElement, of: 'film' | 'song'): void {
  controller.append(...controls(of));
  if (of === 'song') controller.setAttribute('aria-label', 'Song');
}
