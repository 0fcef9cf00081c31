/** How the controls look; for the root that they are in. The element's own root has the video, and reads the same transform. */
export const CONTROLS_STYLE = `
media-controller {
  --media-control-background: transparent;
  --media-control-hover-background: rgb(255 255 255 / 16%);
  --media-control-padding: 8px;
  --media-font-family: system-ui, sans-serif;
  --media-menu-background: rgb(18 22 28 / 94%);
  --media-menu-border-radius: 8px;
  --media-preview-border-radius: 6px;
  --media-primary-color: #fff;
  --media-range-bar-color: #fff;
  --media-range-padding: 8px;
  --media-text-content-height: 24px;
  --media-object-fit: contain;
}
[role=menu] { z-index: 1; max-height: calc(100% - 84px); margin-block-end: 28px; }
.sluice-bars {
  display: block;
  align-self: stretch;
  padding: 24px 6px 4px;
  background: linear-gradient(transparent, rgb(0 0 0 / 72%));
}
.sluice-bars > * { display: flex; width: 100%; }
.sluice-bars media-time-range { height: 24px; }
.sluice-bars media-volume-range { flex-shrink: 1; width: 72px; }
.sluice-bars .gap { flex: 1; }
media-controller:is([mediapaused], :not([userinactive])) { --media-webkit-text-track-transform: translateY(-76px); }
media-controller video::-webkit-media-text-track-container { transform: var(--media-webkit-text-track-transform); }
media-controller :focus-visible { outline-offset: -3px; }
media-rendition-menu-button[mediarenditionunavailable], media-audio-track-menu-button[mediaaudiotrackunavailable] { display: none; }
media-control-bar > * { flex-shrink: 0; }
media-time-display:not([mediaduration]) { visibility: hidden; }
media-controller:not([breakpointmd]) :is(media-seek-backward-button, media-seek-forward-button, media-mute-button, media-volume-range, media-pip-button) { display: none; }
media-controller:not([breakpointlg]) { --media-control-padding: 8px 6px; }
media-controller:not([breakpointsm]) { --media-control-padding: 8px 4px; --media-font-size: 12px; }
media-controller:not([breakpointsm]) media-playback-rate-menu-button { display: none; }
`;

/** The buttons below the seek bar, in their order; the gap is what is left of the width. */
const BUTTONS = [
  'media-play-button',
  'media-seek-backward-button',
  'media-seek-forward-button',
  'media-mute-button',
  'media-volume-range',
  'media-time-display',
  'gap',
  'media-captions-menu-button',
  'media-audio-track-menu-button',
  'media-rendition-menu-button',
  'media-playback-rate-menu-button',
  'media-pip-button',
  'media-fullscreen-button',
] as const;

/** What a film alone has. */
const OF_FILMS: readonly string[] = [
  'media-captions-menu-button',
  'media-pip-button',
  'media-fullscreen-button',
];

/** Seconds of the two buttons that seek. */
const STEP = '10';

/** Its own text (1x) is not in its label, which people who speak to their computer would say. */
const SPEED_ICON =
  '<svg slot="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5a9 9 0 0 0-7.5 14h2.5a7 7 0 1 1 10 0h2.5A9 9 0 0 0 12 5Zm4.2 4.4-5.3 3.8a1.8 1.8 0 1 0 2.3 2.3Z"/></svg>';

const SPEEDS = '0.5 0.75 1 1.25 1.5 2';

/** Builds what a media-controller shows over a film or a song. media-chrome may be defined later. */
export function controls(of: 'film' | 'song'): readonly HTMLElement[] {
  const loading = make('media-loading-indicator');
  loading.slot = 'centered-chrome';
  loading.setAttribute('noautohide', '');
  const bars = make('div');
  bars.className = 'sluice-bars';
  const row = make('media-control-bar');
  const names = BUTTONS.filter((name) => of === 'film' || !OF_FILMS.includes(name));
  row.append(...names.map(button));
  bars.append(make('media-time-range'), row);
  return [loading, ...names.filter((name) => name.endsWith('-menu-button')).map(menuOf), bars];
}

function button(name: (typeof BUTTONS)[number]): HTMLElement {
  if (name === 'gap') {
    const gap = make('span');
    gap.className = name;
    return gap;
  }
  const control = make(name);
  if (name === 'media-time-display') {
    control.setAttribute('showduration', '');
    control.setAttribute('notoggle', '');
  }
  if (name === 'media-playback-rate-menu-button') control.innerHTML = SPEED_ICON;
  if (name.startsWith('media-seek')) control.setAttribute('seekoffset', STEP);
  return control;
}

/** Shows a poster in the controls around a media element; null for none. */
export function showPoster(media: HTMLElement, poster: string | null): void {
  const controller = media.parentElement;
  controller?.querySelector('media-poster-image')?.remove();
  if (poster === null) return;
  const image = make('media-poster-image');
  image.slot = 'poster';
  image.setAttribute('src', poster);
  controller?.append(image);
}

/** The menu that a button opens above itself. */
function menuOf(button: string): HTMLElement {
  const menu = make(button.replace(/-button$/, ''));
  menu.hidden = true;
  menu.setAttribute('anchor', 'auto');
  if (button.startsWith('media-playback-rate')) menu.setAttribute('rates', SPEEDS);
  return menu;
}

const make = (name: string) => document.createElement(name);
