const STYLE = `
:host { display: block; }
:host([hidden]) { display: none; }
media-controller { display: block; width: 100%; height: var(--sluice-player-height, auto); aspect-ratio: 16 / 9; background: #000; }
media-poster-image { --media-object-fit: contain; }
media-chrome-menu, media-settings-menu { max-height: 80%; }
`;

/** The buttons of the bar below, in their order. */
const BAR = [
  'media-play-button',
  'media-seek-backward-button',
  'media-seek-forward-button',
  'media-mute-button',
  'media-volume-range',
  'media-time-display',
  'media-time-range',
  'media-captions-menu-button',
  'media-settings-menu-button',
  'media-pip-button',
  'media-fullscreen-button',
] as const;

/** What the settings offer: the name of each, and the menu behind it. */
const SETTINGS = [
  ['Quality', 'media-rendition-menu'],
  ['Audio', 'media-audio-track-menu'],
  ['Speed', 'media-playback-rate-menu'],
] as const;

/** Builds the controls around a media element, and the style of both. */
export function controls(media: HTMLElement): readonly Node[] {
  const style = make('style');
  style.textContent = STYLE;
  const controller = make('media-controller');
  controller.append(media);
  const loading = make('media-loading-indicator');
  loading.slot = 'centered-chrome';
  loading.setAttribute('noautohide', '');
  const captions = make('media-captions-menu');
  captions.hidden = true;
  captions.setAttribute('anchor', 'auto');
  const bar = make('media-control-bar');
  for (const name of BAR) {
    const control = make(name);
    if (name === 'media-time-display') control.setAttribute('showduration', '');
    bar.append(control);
  }
  controller.append(loading, settings(), captions, bar);
  return [style, controller];
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
  const menu = make('media-settings-menu');
  menu.hidden = true;
  menu.setAttribute('anchor', 'auto');
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

const make = (name: string) => document.createElement(name);
