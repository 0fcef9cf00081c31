import type * as v from 'valibot';
import { parseKey } from '../base/key.ts';
import { Problem } from '../base/problem.ts';
import { CLIP_ENTRIES, type ClipParameters, clipParameters } from './clip-parameters.ts';
import { flag, says, version, whole } from './schemas.ts';

/** The part of an address below `/storyboard/{key}/`. */
export type StoryboardAsk =
  /** Which tile is shown when: WebVTT, JSON, and a playlist of HLS. */
  | { readonly kind: 'vtt' | 'json' | 'playlist' }
  /** HLS: the playlist of tiles as I-frames, and what precedes each of them. */
  | { readonly kind: 'iframes' | 'init' }
  | { readonly kind: 'sheet' | 'iframe'; readonly index: number };

export type StoryboardParameters = {
  /** Most pixels of a tile's longer side. */
  readonly width: number;
  /** Seconds from one tile to the next; null for what suits the duration. */
  readonly intervalSeconds: number | null;
  /** Whether an index names sheets from the root of the host on, and not relative to itself. */
  readonly isAbsolute: boolean;
  /** Null for the whole film. */
  readonly clip: ClipParameters | null;
  /** The version of the address; null without one. */
  readonly version: string | null;
};

export const USUAL_WIDTH = 160;

/** Of sheets and playlists. */
export const SHEET_ENTRIES = {
  width: says(whole(16, 640), `most pixels of a tile's longer side; ${USUAL_WIDTH} without it`, '160'),
  interval: says(whole(1, 3600), 'seconds from one tile to the next', '2'),
  ...CLIP_ENTRIES,
  v: version,
};

/** Of an index that names sheets. */
export const STORYBOARD_ENTRIES = {
  ...SHEET_ENTRIES,
  absolute: says(flag, 'whether the index names sheets from the root of the host on', '1'),
};

export function storyboardParameters({
  width,
  interval,
  absolute,
  v: ofVersion,
  ...stretch
}: v.InferOutput<v.ObjectSchema<typeof STORYBOARD_ENTRIES, undefined>>): StoryboardParameters {
  return {
    width: width ?? USUAL_WIDTH,
    intervalSeconds: interval ?? null,
    isAbsolute: absolute,
    clip: clipParameters(stretch),
    version: ofVersion ?? null,
  };
}

const NAMES: Readonly<Record<string, Exclude<StoryboardAsk, { index: number }>['kind']>> = {
  'index.vtt': 'vtt',
  'index.json': 'json',
  'index.m3u8': 'playlist',
  'iframes.m3u8': 'iframes',
  'init.mp4': 'init',
};

/** Returns whether it names sheets by their addresses. */
export function isIndex({ kind }: StoryboardAsk): boolean {
  return kind === 'vtt' || kind === 'json';
}

/**
 * Reads the path after `/storyboard/` from the right, since a key may contain slashes. Throws `not-found` for
 * an unknown name.
 */
export function parseStoryboard(rest: string): { readonly key: string; readonly ask: StoryboardAsk } {
  const [, key, name = ''] = /^(.*)\/([^/]*)$/s.exec(rest) ?? [];
  const ask = askOf(name);
  if (key === undefined || ask === null)
    throw new Problem('not-found', 'There is nothing at this address; try /storyboard/{key}/index.vtt.');
  return { key: parseKey(key), ask };
}

/** A number without leading zeros, so that a sheet has one address. */
const NUMBERED = /^(?:(0|[1-9]\d{0,4})\.jpg|iframe-(0|[1-9]\d{0,4})\.m4s)$/;

function askOf(name: string): StoryboardAsk | null {
  const kind = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (kind !== undefined) return { kind };
  const [, sheet, frame] = NUMBERED.exec(name) ?? [];
  if (sheet !== undefined) return { kind: 'sheet', index: Number(sheet) };
  return frame === undefined ? null : { kind: 'iframe', index: Number(frame) };
}
