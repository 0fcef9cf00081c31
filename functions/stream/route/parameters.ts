import * as v from 'valibot';
import { firstIssue } from '../base/first-issue.ts';
import { MAX_KEY_BYTES } from '../base/key.ts';
import { badParameter, type Problem } from '../base/problem.ts';
import { CLIP_ENTRIES, type ClipParameters, clipParameters } from './clip-parameters.ts';
import { IMAGE_ENTRIES, type ImageParameters, imageParameters } from './image-parameters.ts';
import { MANIFEST_ENTRIES, type ManifestParameters, manifestParameters } from './manifest-parameters.ts';
import { isMisspelling, LEAST_TELLING } from './misspelling.ts';
import { flag, says, seconds, version } from './schemas.ts';
import {
  SHEET_ENTRIES,
  STORYBOARD_ENTRIES,
  type StoryboardParameters,
  storyboardParameters,
} from './storyboard.ts';
import { STREAM_ENTRIES, type StreamParameters, streamParameters } from './stream-parameters.ts';
import { WAVEFORM_ENTRIES, type WaveformParameters, waveformParameters } from './waveform-parameters.ts';

export type MediaParameters = { readonly faststart: boolean; readonly download: boolean };

/** The part of the film that the cues are for; they count from its start. */
export type SubtitleParameters = Pick<StreamParameters, 'startSeconds' | 'durationSeconds'>;

type Parameters = {
  page: { readonly after: string };
  health: object;
  asset: object;
  description: object;
  info: object;
  upload: object;
  media: MediaParameters;
  play: object;
  /** The page reads them itself. */
  embed: object;
  console: object;
  stream: StreamParameters;
  image: ImageParameters;
  waveform: WaveformParameters;
  /** An index of thumbnails, and their sheets and playlists. */
  storyboard: StoryboardParameters;
  key: { readonly version: string | null };
  sheet: StoryboardParameters;
  made: { readonly download: boolean };
  subtitles: SubtitleParameters;
  /** Null for the whole film. */
  playlist: ClipParameters | null;
  /** Addresses below a playlist that say everything themselves. */
  bare: object;
  /** Null if nothing is chosen. */
  manifest: ManifestParameters | null;
  segment: { readonly version: string | null };
};

export type ParameterRoute = keyof Parameters;

/**
 * Parses a query: its own parameters strictly, once each. Parameters that players, CDNs and campaigns add
 * (`CMCD`, `utm_source`) are ignored. Throws `bad-parameter`, also for a misspelt parameter and for one of
 * another route.
 */
export function parseParameters<Name extends ParameterRoute>(
  route: Name,
  query: URLSearchParams,
): Parameters[Name] {
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of query) {
    if (isForeign(route, name)) continue;
    if (!isOwn(route, name)) throw unknown(route, name);
    if (name in values) throw badParameter(`The parameter "${name}" is given twice.`);
    values[name] = value;
  }
  const result = v.safeParse(SCHEMAS[route], values, { abortEarly: true });
  if (!result.success) {
    const { name, message } = firstIssue(result.issues);
    throw badParameter(`The parameter "${name}" ${message}.`);
  }
  return SHAPES[route](result.output as never);
}

/**
 * Returns whether a parameter is not one of Sluice's, and changes neither the answer nor what a signature
 * covers.
 */
export function isForeign(route: ParameterRoute, name: string): boolean {
  if (isOwn(route, name)) return false;
  // A parameter of another route would have no effect here, and is refused; but `v` is in common use.
  if (PARAMETER_NAMES.includes(name)) return name.length < LEAST_TELLING && !isMissed(route, name);
  return meantBy(route, name) === undefined;
}

/**
 * Who gives an address a start means its end, too: without it, the answer would go on. And nobody but Sluice burns.
 */
function isMissed(route: ParameterRoute, name: string): boolean {
  return name === 'burn' || (name === 'end' && isOwn(route, 'start'));
}

function isOwn(route: ParameterRoute, name: string): boolean {
  return Object.hasOwn(SCHEMAS[route].entries, name);
}

/**
 * A misspelling of another route's parameter need not be one here: `weight` is a word of its own on a route
 * without `height`.
 */
function meantBy(route: ParameterRoute, name: string): string | undefined {
  return Object.keys(SCHEMAS[route].entries).find((own) => isMisspelling(name, own));
}

function unknown(route: ParameterRoute, name: string): Problem {
  const known = Object.keys(SCHEMAS[route].entries);
  const list = known.length === 0 ? 'takes none' : `takes ${known.join(', ')}`;
  const meant = PARAMETER_NAMES.includes(name) ? undefined : meantBy(route, name);
  const question = meant === undefined ? '' : ` (is "${meant}" meant?)`;
  return badParameter(
    `Unknown parameter ${JSON.stringify(name.slice(0, 40))}${question}: this address ${list}.`,
  );
}

const download = says(flag, 'to be saved as a file', '1');

/** What each kind of address takes, and what of it is accepted. */
export const SCHEMAS = {
  page: v.object({
    after: says(
      v.optional(v.pipe(v.string(), v.maxBytes(MAX_KEY_BYTES, 'must be a key')), ''),
      'the key after which the list goes on, as the list before it names it',
      'a.mp4',
    ),
  }),
  health: v.object({}),
  asset: v.object({}),
  description: v.object({}),
  info: v.object({}),
  upload: v.object({}),
  media: v.object({
    faststart: says(flag, 'an MP4 whose index is at its end, with the index in front', '1'),
    download,
  }),
  play: v.object({}),
  embed: v.object({ ...CLIP_ENTRIES, subtitles: MANIFEST_ENTRIES.subtitles }),
  console: v.object({}),
  stream: v.object(STREAM_ENTRIES),
  image: v.object(IMAGE_ENTRIES),
  waveform: v.object(WAVEFORM_ENTRIES),
  storyboard: v.object(STORYBOARD_ENTRIES),
  key: v.object({ v: version }),
  sheet: v.object(SHEET_ENTRIES),
  made: v.object({ download }),
  subtitles: v.object({
    start: says(seconds(0), 'seconds at which the part begins; its cues count from there', '1'),
    duration: says(seconds(0.1), 'seconds of the part', '5'),
  }),
  playlist: v.object(CLIP_ENTRIES),
  bare: v.object({}),
  manifest: v.object(MANIFEST_ENTRIES),
  segment: v.object({ v: version }),
};

/** Sluice's own parameters, of every route; the edge knows them as well. */
export const PARAMETER_NAMES: readonly string[] = [
  ...new Set(Object.values(SCHEMAS).flatMap(({ entries }) => Object.keys(entries))),
];

const SHAPES: {
  [Name in keyof Parameters]: (output: v.InferOutput<(typeof SCHEMAS)[Name]>) => Parameters[Name];
} = {
  page: (output) => output,
  health: () => ({}),
  asset: () => ({}),
  description: () => ({}),
  info: () => ({}),
  upload: () => ({}),
  media: (output) => output,
  play: () => ({}),
  embed: (output) => ({ clip: clipParameters(output) }),
  console: () => ({}),
  stream: streamParameters,
  image: imageParameters,
  waveform: waveformParameters,
  storyboard: storyboardParameters,
  key: ({ v: ofVersion }) => ({ version: ofVersion ?? null }),
  sheet: (output) => storyboardParameters({ ...output, absolute: false }),
  made: (output) => output,
  subtitles: ({ start, duration }) => ({ startSeconds: start ?? 0, durationSeconds: duration ?? null }),
  playlist: clipParameters,
  bare: () => ({}),
  manifest: manifestParameters,
  segment: ({ v: ofVersion }) => ({ version: ofVersion ?? null }),
};
