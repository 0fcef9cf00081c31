import type { ObjectInfo, SubtitleInfo } from '../functions/stream/plan/object-info.ts';
import { type Address, pathOf } from './address.ts';
import { isFilm } from './describe-track.ts';
import { elements, make } from './elements.ts';

/** As many as the player is wide at most. */
const WAVEFORM_POINTS = '800';

/** Shows what goes with a file: the subtitles of a film and its poster, the cover and the waveform of a song. */
export function showCompanions(info: ObjectInfo, { way, key, params }: Address, hasPoster: boolean): void {
  hideCompanions();
  const { poster } = info;
  const start = params.get('start');
  // Text is timed by the film.
  const isInTime = Number(params.get('speed') ?? 1) === 1;
  // Those of a playlist come with it.
  if (isInTime && way !== 'hls') for (const subtitles of info.subtitles) addTrack(subtitles, start);
  if (isInTime && info.chapters.length > 0) addChapters(key, start);
  if (info.media.tracks.some(isFilm)) {
    if (isWhole(params)) addThumbnails(key);
    if (hasPoster && poster !== null) elements.video.poster = poster;
    return;
  }
  const points = new URLSearchParams({ format: 'svg', points: WAVEFORM_POINTS });
  show(elements.waveform, pathOf('waveform', key, points));
  if (poster !== null) show(elements.cover, poster);
}

export function hideCompanions(): void {
  elements.video.removeAttribute('poster');
  for (const track of elements.video.querySelectorAll('track')) track.remove();
  for (const image of [elements.cover, elements.waveform]) {
    image.removeAttribute('src');
    image.hidden = true;
  }
}

/** Shows an image once it is there: one that fails leaves no mark. */
function show(image: HTMLImageElement, address: string): void {
  image.onload = () => {
    image.hidden = false;
  };
  image.src = address;
}

function addTrack(subtitles: SubtitleInfo, start: string | null): void {
  const { href, language } = subtitles;
  if (href === null) return;
  const track = make('track', '');
  track.kind = subtitles.isForHearingImpaired ? 'captions' : 'subtitles';
  track.label = labelOf(subtitles);
  if (language !== null) track.srclang = language;
  track.src = start === null ? href : `${href}?start=${encodeURIComponent(start)}`;
  elements.video.append(track);
}

/** Times of a storyboard are those of the whole film. */
function isWhole(params: URLSearchParams): boolean {
  return !['start', 'end', 'duration', 'speed'].some((name) => params.has(name));
}

/** For the seek bar. Its sheets are encoded when somebody points there. */
function addThumbnails(key: string): void {
  const track = make('track', '');
  track.kind = 'metadata';
  track.label = 'thumbnails';
  track.default = true;
  track.src = pathOf('storyboard', key);
  elements.video.append(track);
  // Firefox heeds `default` only for the first film.
  track.track.mode = 'hidden';
}

function addChapters(key: string, start: string | null): void {
  const track = make('track', '');
  track.kind = 'chapters';
  const part = new URLSearchParams(start === null ? {} : { start });
  track.src = pathOf('subtitles', key, part, 'chapters');
  elements.video.append(track);
}

function labelOf({ language, title, isForced, isForHearingImpaired }: SubtitleInfo): string {
  const notes = [title, isForced ? 'forced' : null, isForHearingImpaired ? 'SDH' : null];
  const note = notes.filter((each) => each !== null).join(', ');
  const name = language === null ? 'Subtitles' : nameOf(language);
  return note === '' ? name : `${name} (${note})`;
}

function nameOf(language: string): string {
  try {
    return new Intl.DisplayNames([navigator.language], { type: 'language' }).of(language) ?? language;
  } catch {
    return language;
  }
}
