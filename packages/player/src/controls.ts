/** How the controls look; for the root that they are in. */
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
media-chrome-menu, media-settings-menu, media-captions-menu, media-rendition-menu { max-height: 80%; }
.bars {
  display: block;
  align-self: stretch;
  padding: 24px 6px 4px;
  background: linear-gradient(transparent, rgb(0 0 0 / 72%));
}
.bars > * { display: flex; width: 100%; }
.bars media-time-range { height: 24px; }
.bars media-volume-range { width: 72px; }
.bars .gap { flex: 1; }
media-control-bar :is(button, media-chrome-button):focus-visible { outline-offset: -3px; }
media-rendition-menu-button[mediarenditionunavailable] { display: none; }
media-controller:not([breakpointsm]) :is(media-seek-backward-button, media-seek-forward-button, media-volume-range, media-pip-button) { display: none; }
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
  'media-rendition-menu-button',
  'media-settings-menu-button',
  'media-pip-button',
  'media-fullscreen-button',
] as const;

/** What a film alone has. */
const OF_FILMS: readonly string[] = [
  'media-captions-menu-button',
  'media-pip-button',
  'media-fullscreen-button',
];

/** What the settings offer: the name of each, and the menu behind it. */
const SETTINGS = [
  ['Audio', 'media-audio-track-menu'],
  ['Speed', 'media-playback-rate-menu'],
] as const;

/** Seconds of the two buttons that seek. */
const STEP = '10';

/** Builds what a media-controller shows over a film or a song. media-chrome may be defined later. */
export function controls(of: 'film' | 'song'): readonly HTMLElement[] {
  const loading = make('media-loading-indicator');
  loading.slot = 'centered-chrome';
  loading.setAttribute('noautohide', '');
  const bars = make('div');
  bars.className = 'bars';
  const buttons = make('media-control-bar');
  for (const name of BUTTONS) if (of === 'film' || !OF_FILMS.includes(name)) buttons.append(button(name));
  bars.append(make('media-time-range'), buttons);
  const menus = ['media-rendition-menu', ...(of === 'film' ? ['media-captions-menu'] : [])];
  return [loading, settings(), ...menus.map(floating), bars];
}

function button(name: (typeof BUTTONS)[number]): HTMLElement {
  if (name === 'gap') {
    const gap = make('span');
    gap.className = name;
    return gap;
  }
  const control = make(name);
  if (name === 'media-time-display') control.setAttribute('showduration', '');
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

function settings(): HTMLElement {
  const menu = floating('media-settings-menu');
  for (const [name, of] of SETTINGS) {
    const item = make('media-settings-menu-item');
    const submenu = make(of);
    submenu.slot = 'submenu';
    submenu.hidden = true;
    const title = make('div');
    title.slot = 'title';
    title.textContent = name;
    submenu.append(title);
    item.append(name, submenu);
    menu.append(item);
  }
  return menu;
}

/** A menu that its button opens above itself. */
function floating(name: string): HTMLElement {
  const menu = make(name);
  menu.hidden = true;
  menu.setAttribute('anchor', 'auto');
  return menu;
}

const make = (name: string) => document.createElement(name);
