import type { Media } from '../functions/stream/media/model/media.ts';
import { FORMAT_NAMES } from '../functions/stream/route/formats.ts';
import { type Address, isAudioFormat, type Way } from './address.ts';
import { isFilm } from './describe-track.ts';
import { elements } from './elements.ts';
import { plays } from './encryption.ts';
import { layout } from './words.ts';

const HEIGHTS = ['2160', '1440', '1080', '720', '480', '360', '240', '144'];

const way = control('way', RadioNodeList);
const selects = {
  format: control('format', HTMLSelectElement),
  height: control('height', HTMLSelectElement),
  audio: control('audio', HTMLSelectElement),
};
const inputs = {
  bitrate: control('bitrate', HTMLInputElement),
  start: control('start', HTMLInputElement),
  duration: control('duration', HTMLInputElement),
};

/** Sets the controls to an address; `media` is null if nothing is known of the file. */
export function showControls({ way: chosenWay, params }: Address, media: Media | null): void {
  way.value = chosenWay === 'media' && params.has('faststart') ? 'faststart' : chosenWay;
  for (const radio of way) {
    if (!(radio instanceof HTMLInputElement) || radio.parentElement === null) continue;
    radio.parentElement.hidden = !plays(radio.value === 'faststart' ? 'media' : (radio.value as Way));
  }
  elements.streamFields.hidden = chosenWay !== 'stream';
  const film = media?.tracks.find(isFilm);
  const heights = HEIGHTS.filter((height) => !film || Number(height) <= film.displayHeight);
  fill(selects.format, FORMAT_NAMES, params.get('format'));
  selects.height.disabled = isAudioFormat(params);
  fill(selects.height, heights, params.get('height'), (height) => `${height} lines`);
  const names = audioNames(media);
  const positions = names.map((_, at) => String(at));
  fill(selects.audio, positions, params.get('audio'), (at) => names[Number(at)] ?? `${Number(at) + 1}`);
  for (const [name, input] of Object.entries(inputs)) input.value = params.get(name) ?? '';
}

/** Returns the address that the controls describe, for the chosen file. */
export function readControls(chosen: Address): Address {
  const { key } = chosen;
  if (way.value === 'media') return { way: 'media', key, params: new URLSearchParams() };
  if (way.value === 'faststart') {
    return { way: 'media', key, params: new URLSearchParams({ faststart: '1' }) };
  }
  if (way.value === 'hls' || way.value === 'dash') {
    return { way: way.value, key, params: new URLSearchParams() };
  }
  // Parameters without a control here stay as in the address.
  const params = new URLSearchParams(chosen.way === 'stream' ? chosen.params : undefined);
  selects.height.disabled = isAudioFormat(new URLSearchParams({ format: selects.format.value }));
  for (const [name, field] of Object.entries({ ...selects, ...inputs })) {
    const value = field.value.trim();
    if (value && !field.disabled) params.set(name, value);
    else params.delete(name);
  }
  return { way: 'stream', key, params };
}

/** Names each audio track: `1: en, stereo`. */
function audioNames(media: Media | null): readonly string[] {
  const tracks = media?.tracks.filter((track) => track.kind === 'audio') ?? [];
  return tracks.map(
    ({ language, channels }, at) => `${at + 1}: ${[language, layout(channels)].filter(Boolean).join(', ')}`,
  );
}

/** Leaves the first option (automatic), and adds a value that only the address has. */
function fill(
  select: HTMLSelectElement,
  values: readonly string[],
  value: string | null,
  nameOf = (each: string) => each,
): void {
  const all = value && !values.includes(value) ? [...values, value] : values;
  const automatic = [...select.options].slice(0, 1);
  select.replaceChildren(...automatic, ...all.map((each) => new Option(nameOf(each), each)));
  select.value = value ?? '';
}

/** Throws if the form has none of this kind. */
function control<Kind>(name: string, kind: new () => Kind): Kind {
  const found = elements.controls.elements.namedItem(name);
  if (found instanceof kind) return found;
  throw new TypeError(`The page has no control "${name}".`);
}
