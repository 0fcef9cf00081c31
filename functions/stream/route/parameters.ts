import * as v from 'valibot';
import { firstIssue } from '../base/first-issue.ts';
import { badParameter, type Problem } from '../base/problem.ts';
import { CLIP_ENTRIES, type ClipParameters, clipParameters } from './clip-parameters.ts';
import { FORMAT_NAMES, type Format } from './formats.ts';
import { IMAGE_ENTRIES, type ImageParameters, imageParameters } from './image-parameters.ts';
import { MAX_KEY_BYTES } from './key.ts';
import { MANIFEST_ENTRIES, type ManifestParameters, manifestParameters } from './manifest-parameters.ts';
import { isMisspelling, LEAST_TELLING } from './misspelling.ts';
import { accept, bitrate, decimal, flag, oneOf, seconds, whole } from './schemas.ts';
import { STORYBOARD_ENTRIES, type StoryboardParameters, storyboardParameters } from './storyboard.ts';
import { WAVEFORM_ENTRIES, type WaveformParameters, waveformParameters } from './waveform-parameters.ts';

export type MediaParameters = { readonly faststart: boolean; readonly download: boolean };

export type StreamParameters = {
  readonly format: Format | null;
  /** Pixels of the upright video, which fits into them and is never enlarged. */
  readonly height: number | null;
  readonly width: number | null;
  /** Bits per second, of the video if there is one, otherwise of the audio. */
  readonly bitrate: number | null;
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
  /** Number of the audio track in the file, from 0. */
  readonly audio: number | null;
  /** The most channels of the audio. */
  readonly channels: 2 | 6 | null;
  /** How many times faster than the source, at the same pitch. */
  readonly speed: number;
  /** The integrated loudness of the audio, in LUFS (EBU R128). */
  readonly loudness: number | null;
  /** Whether the file's tags are written into audio that is encoded. */
  readonly metadata: 'keep' | null;
  /** Names of containers and codecs that the client plays; null if it does not say. */
  readonly accept: readonly string[] | null;
};

/** The part of the film that the cues are for; they count from its start. */
export type SubtitleParameters = Pick<StreamParameters, 'startSeconds' | 'durationSeconds'>;

export const NO_PARAMETERS: StreamParameters = {
  format: null,
  height: null,
  width: null,
  bitrate: null,
  startSeconds: 0,
  durationSeconds: null,
  audio: null,
  channels: null,
  speed: 1,
  loudness: null,
  metadata: null,
  accept: null,
};

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));

/** The parsed parameters, as events carry them from one invocation to the next. */
export const DECIDED_PARAMETERS: v.GenericSchema<unknown, StreamParameters> = v.strictObject({
  format: v.nullable(v.picklist(FORMAT_NAMES)),
  height: v.nullable(count),
  width: v.nullable(count),
  bitrate: v.nullable(count),
  startSeconds: amount,
  durationSeconds: v.nullable(amount),
  audio: v.nullable(count),
  channels: v.nullable(v.picklist([2, 6])),
  speed: amount,
  loudness: v.nullable(v.pipe(v.number(), v.finite())),
  metadata: v.nullable(v.literal('keep')),
  accept: v.nullable(v.array(v.string())),
});

type Parameters = {
  page: { readonly after: string };
  health: object;
  asset: object;
  info: object;
  media: MediaParameters;
  play: object;
  stream: StreamParameters;
  image: ImageParameters;
  waveform: WaveformParameters;
  storyboard: StoryboardParameters;
  key: { readonly version: string | null };
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

/** Who gives an address a start means its end, too: without it, the answer would go on. */
function isMissed(route: ParameterRoute, name: string): boolean {
  return name === 'end' && isOwn(route, 'start');
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

const channelsOf = (text: '2' | '6') => (text === '2' ? 2 : 6);

const SCHEMAS = {
  page: v.object({ after: v.optional(v.pipe(v.string(), v.maxBytes(MAX_KEY_BYTES, 'must be a key')), '') }),
  health: v.object({}),
  asset: v.object({}),
  info: v.object({}),
  media: v.object({ faststart: flag, download: flag }),
  play: v.object({}),
  stream: v.object({
    format: v.optional(oneOf(FORMAT_NAMES)),
    height: whole(16, 4320),
    width: whole(16, 7680),
    bitrate,
    start: seconds(0),
    duration: seconds(0.1),
    audio: whole(0, 63),
    channels: v.optional(v.pipe(oneOf(['2', '6']), v.transform(channelsOf))),
    speed: decimal(0.5, 3, 2),
    loudness: decimal(-31, -9, 1),
    metadata: v.optional(oneOf(['keep'])),
    accept,
  }),
  image: v.object(IMAGE_ENTRIES),
  waveform: v.object(WAVEFORM_ENTRIES),
  storyboard: v.object(STORYBOARD_ENTRIES),
  key: v.object({ v: v.optional(v.string()) }),
  made: v.object({ download: flag }),
  subtitles: v.object({ start: seconds(0), duration: seconds(0.1) }),
  playlist: v.object(CLIP_ENTRIES),
  bare: v.object({}),
  manifest: v.object(MANIFEST_ENTRIES),
  // Any other version is answered as one that is gone, whatever it looks like.
  segment: v.object({ v: v.optional(v.string()) }),
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
  info: () => ({}),
  media: (output) => output,
  play: () => ({}),
  stream: ({
    format,
    height,
    width,
    bitrate,
    start,
    duration,
    audio,
    channels,
    speed,
    loudness,
    metadata,
    accept,
  }) => ({
    format: format ?? null,
    height: height ?? null,
    width: width ?? null,
    bitrate: bitrate ?? null,
    startSeconds: start ?? 0,
    durationSeconds: duration ?? null,
    audio: audio ?? null,
    channels: channels ?? null,
    speed: speed ?? 1,
    loudness: loudness ?? null,
    metadata: metadata ?? null,
    accept: accept ?? null,
  }),
  image: imageParameters,
  waveform: waveformParameters,
  storyboard: storyboardParameters,
  key: ({ v: version }) => ({ version: version ?? null }),
  made: (output) => output,
  subtitles: ({ start, duration }) => ({ startSeconds: start ?? 0, durationSeconds: duration ?? null }),
  playlist: clipParameters,
  bare: () => ({}),
  manifest: manifestParameters,
  segment: ({ v: version }) => ({ version: version ?? null }),
};
