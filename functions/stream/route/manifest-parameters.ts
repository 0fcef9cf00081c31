import * as v from 'valibot';
import { CLIP_ENTRIES, type ClipParameters, clipParameters } from './clip-parameters.ts';
import { oneOf, says, whole } from './schemas.ts';

/** Which renditions a playlist or a manifest offers, out of all, and what part of the film. */
export type ManifestParameters = {
  /** Null for the whole film. */
  readonly clip: ClipParameters | null;
  /** Lines of the upright video, both included. */
  readonly minHeight: number | null;
  readonly maxHeight: number | null;
  /** What the file holds, what is encoded, or both. */
  readonly renditions: 'copy' | 'encoded' | 'all';
  /** Numbers of audio tracks, from 0, or their languages; null for all. */
  readonly audio: readonly string[] | null;
  /** Names of text tracks in addresses, or their languages; null for all, empty for none. */
  readonly subtitles: readonly string[] | null;
  /** The rendition that comes first, with which many players begin. */
  readonly order: 'best-first' | 'worst-first';
};

const LIST = 'must be a list such as en,de';
const list = v.optional(
  v.pipe(
    v.string(),
    v.maxLength(200, LIST),
    v.regex(/^[A-Za-z0-9-]{1,32}(,[A-Za-z0-9-]{1,32})*$/, LIST),
    v.transform((text) => text.toLowerCase().split(',')),
  ),
);

export const MANIFEST_ENTRIES = {
  'min-height': says(whole(1, 4320), 'least lines of the video', '144'),
  'max-height': says(whole(1, 4320), 'most lines of the video', '720'),
  renditions: says(
    v.optional(oneOf(['copy', 'encoded', 'all']), 'all'),
    'what the file holds, what is encoded, or both',
    'encoded',
  ),
  audio: says(list, 'languages or numbers of audio tracks; the first is the default', '0'),
  subtitles: says(list, 'languages or names of text tracks, or none', 'none'),
  order: says(
    v.optional(oneOf(['best-first', 'worst-first']), 'best-first'),
    'which rendition comes first, with which many players begin',
    'worst-first',
  ),
  ...CLIP_ENTRIES,
};

export function manifestParameters({
  'min-height': minHeight,
  'max-height': maxHeight,
  renditions,
  audio,
  subtitles,
  order,
  ...stretch
}: v.InferOutput<v.ObjectSchema<typeof MANIFEST_ENTRIES, undefined>>): ManifestParameters | null {
  const clip = clipParameters(stretch);
  const isAll = [minHeight, maxHeight, audio, subtitles].every((value) => value === undefined);
  if (clip === null && isAll && renditions === 'all' && order === 'best-first') return null;
  return {
    clip,
    minHeight: minHeight ?? null,
    maxHeight: maxHeight ?? null,
    renditions,
    audio: audio ?? null,
    subtitles: subtitles?.join() === 'none' ? [] : (subtitles ?? null),
    order,
  };
}
