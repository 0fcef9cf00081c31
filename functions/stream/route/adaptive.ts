import { Problem } from '../base/problem.ts';
import type { ClipParameters } from './clip-parameters.ts';
import type { ManifestParameters } from './manifest-parameters.ts';

/** The part of an adaptive streaming address below an object's key. */
export type AdaptiveAsk = PlaylistAsk | MediaAsk | TextAsk;

export type PlaylistAsk =
  /** The multivariant playlist of HLS, and the MPD of DASH; of some of the renditions, if the address chooses. */
  | { readonly kind: 'master'; readonly choice?: ManifestParameters }
  | { readonly kind: 'manifest'; readonly choice?: ManifestParameters }
  /** HLS: the chapters as JSON. */
  | { readonly kind: 'chapters'; readonly clip?: ClipParameters }
  /** HLS: the playlist of a rendition, and that of its trick play. */
  | { readonly kind: 'playlist'; readonly rendition: string; readonly clip?: ClipParameters }
  | { readonly kind: 'iframes'; readonly rendition: string; readonly clip?: ClipParameters };

export type MediaAsk =
  | { readonly kind: 'init'; readonly rendition: string }
  /** The same for a clip of copied video, parts of which are encoded. */
  | { readonly kind: 'clip-init'; readonly rendition: string }
  | { readonly kind: 'segment'; readonly rendition: string; readonly index: number }
  /**
   * The frames `[from, to)`, counted from the film's first, with which a clip begins or ends within a segment. Packets if
   * it is audio.
   */
  | { readonly kind: 'part'; readonly rendition: string; readonly from: number; readonly to: number }
  /** A frame of trick play. */
  | { readonly kind: 'iframe'; readonly rendition: string; readonly index: number }
  /** The frame `from`, shown until `to`, with which that of a clip begins. */
  | { readonly kind: 'iframe-part'; readonly rendition: string; readonly from: number; readonly to: number };

/** A text track as one WebVTT file, of the whole film or of a clip. */
export type TextAsk = {
  readonly kind: 'text';
  readonly rendition: string;
  /** Whether it says where its zero lies on the clock of the media, as HLS needs it. */
  readonly hasTimestampMap: boolean;
  readonly clip?: ClipParameters;
};

export function isMediaAsk(ask: AdaptiveAsk): ask is MediaAsk {
  return ['init', 'clip-init', 'segment', 'part', 'iframe', 'iframe-part'].includes(ask.kind);
}

export type AdaptiveRoute = 'hls' | 'dash';

/**
 * Reads the path after `/hls/` and `/dash/` from the right, since a key may contain slashes. The key stays
 * encoded. Throws `not-found` for an unknown name.
 */
export function parseAdaptive(
  route: AdaptiveRoute,
  rest: string,
): { readonly encodedKey: string; readonly ask: AdaptiveAsk } {
  const entry = route === 'hls' ? 'master.m3u8' : 'manifest.mpd';
  const [, key, name] = /^(.*)\/([^/]*)$/s.exec(rest) ?? [];
  if (key === undefined || name === undefined) throw unknown(route, entry);
  if (name === entry) return { encodedKey: key, ask: { kind: route === 'hls' ? 'master' : 'manifest' } };
  if (route === 'hls' && name === 'chapters.json') return { encodedKey: key, ask: { kind: 'chapters' } };
  const [, encodedKey, rendition] = /^(.*)\/([a-z0-9][a-z0-9-]{0,31})$/s.exec(key) ?? [];
  const ask = rendition === undefined ? null : askOf(route, rendition, name);
  if (encodedKey === undefined || ask === null) throw unknown(route, entry);
  return { encodedKey, ask };
}

/** A number as it is written in playlists: without leading zeros, so that a segment has one address. */
const NUMBERED = /^(iframe-)?(0|[1-9]\d{0,6})\.m4s$/;
/** The frames of a part: a day has some millions of them. */
const PART = /^(iframe-)?(0|[1-9]\d{0,7})-(0|[1-9]\d{0,7})\.m4s$/;

/** A text track: the milliseconds of a clip, and not its parameters, since an ampersand makes ffmpeg refuse a manifest. */
const TEXT = /^subtitles(?:-(0|[1-9]\d{0,8})-([1-9]\d{0,8}))?\.vtt$/;

function askOf(route: AdaptiveRoute, rendition: string, name: string): AdaptiveAsk | null {
  if (route === 'hls' && name === 'index.m3u8') return { kind: 'playlist', rendition };
  if (route === 'hls' && name === 'iframes.m3u8') return { kind: 'iframes', rendition };
  if (name === 'init.mp4') return { kind: 'init', rendition };
  if (name === 'clip-init.mp4') return { kind: 'clip-init', rendition };
  const text = TEXT.exec(name);
  if (text !== null) {
    const whole = { kind: 'text' as const, rendition, hasTimestampMap: route === 'hls' };
    const [start, end] = [Number(text[1]), Number(text[2])];
    if (text[1] === undefined) return whole;
    return end > start ? { ...whole, clip: { startSeconds: start / 1000, endSeconds: end / 1000 } } : null;
  }
  const [, alone, from, to] = PART.exec(name) ?? [];
  if (from !== undefined) {
    const kind = alone === undefined ? 'part' : 'iframe-part';
    return { kind, rendition, from: Number(from), to: Number(to) };
  }
  const [, iFrame, index] = NUMBERED.exec(name) ?? [];
  if (index === undefined) return null;
  return { kind: iFrame === undefined ? 'segment' : 'iframe', rendition, index: Number(index) };
}

function unknown(route: AdaptiveRoute, entry: string): Problem {
  return new Problem('not-found', `There is nothing at this address; try /${route}/{key}/${entry}.`);
}
