import { badParameter, Problem } from '../base/problem.ts';
import { extensionOf } from '../media/model/containers.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import { planHeader } from './describe-plan.ts';
import { type FilmExport, planFilmExport } from './film-export.ts';
import { trackEndSeconds } from './offer.ts';
import type { Output } from './output.ts';
import { earliestStart, normalised, type PlanInput, selectTracks } from './plan-input.ts';
import { refuseAbove } from './refuse.ts';
import { planStream, type StreamPlan } from './stream-plan.ts';

/** How a complete file is produced. */
export type Recipe =
  /** The object's bytes, if need be with the index moved to the front. */
  | { readonly kind: 'original'; readonly plan: Extract<StreamPlan, { kind: 'passthrough' | 'faststart' }> }
  /** MP4, flattened from the fragments of a stream. */
  | { readonly kind: 'movie'; readonly plan: Extract<StreamPlan, { kind: 'remux' | 'transcode' }> }
  /** MP4 of groups of frames, which several invocations may encode. */
  | { readonly kind: 'film'; readonly film: FilmExport }
  | { readonly kind: 'webm' | 'mp3' | 'flac' | 'wav'; readonly output: Output }
  /** Ogg and ADTS, which need no header that is known only at the end. */
  | { readonly kind: 'stream'; readonly output: Output };

export type ExportPlan = {
  readonly recipe: Recipe;
  /** Without a dot. */
  readonly extension: string;
  readonly contentType: string;
  /** The value of `Sluice-Plan`. */
  readonly header: string;
  readonly reason: string;
  /** Length of the result; null if the file does not tell. */
  readonly secondsTotal: number | null;
  /** Seconds of work, at most; null if unknown. */
  readonly predictedSeconds: number | null;
  /** Size of the result, at most; null if unknown. */
  readonly predictedBytes: number | null;
  /** Number of groups that can be encoded independently; null if the result cannot be divided. */
  readonly groups: number | null;
};

/** The size fields of a WAV file count no further. */
const MAX_WAV_BYTES = 0xffff_ffff - 44;

/**
 * Plans a complete file. Throws as `planStream` does, except for the limits of one response: the file is read by
 * ranges. A result that cannot be divided must fit into one invocation.
 */
export function planExport(asked: PlanInput): ExportPlan {
  const input = { ...asked, parameters: normalised(asked.parameters, asked.media) };
  const { parameters, limits, secondsLeft } = input;
  const unbounded = {
    ...limits,
    maxResponseBytes: Number.POSITIVE_INFINITY,
    maxCpuSeconds: Number.POSITIVE_INFINITY,
    maxMeasuringSeconds: Number.POSITIVE_INFINITY,
  };
  const plan = planStream({ ...input, limits: unbounded, secondsLeft: Number.POSITIVE_INFINITY });
  const recipe = recipeOf(plan, input);
  const { seconds, bytes } = plan.predicted;
  if (recipe.kind === 'wav' && bytes !== null && bytes > MAX_WAV_BYTES) {
    throw new Problem('too-large', 'A WAV file holds at most 4 GiB; ask for flac, or for a part.');
  }
  const cpuSeconds = Math.ceil((seconds ?? 0) * limits.cores);
  refuseAbove('maxExportCpuSeconds', cpuSeconds, limits, 'ask for a smaller height, or for a part of it');
  if (recipe.kind !== 'film') refuseAbove('maxCpuSeconds', cpuSeconds, limits);
  if (recipe.kind !== 'film' && seconds !== null && seconds > secondsLeft) {
    throw new Problem(
      'too-large',
      `This would take about ${Math.ceil(seconds)} seconds and cannot be divided among invocations, of which one has ` +
        `${Math.floor(secondsLeft)}; ${divisible(parameters)}ask for a part of it with start and duration.`,
    );
  }
  const endSeconds = endOf(recipe, input);
  const rest = endSeconds === null ? null : endSeconds - parameters.startSeconds;
  if (rest !== null && rest <= 0) {
    throw badParameter(
      `The parameter "start" must be below ${endSeconds}: what is exported ends there, in seconds.`,
    );
  }
  const part = Math.min(
    rest ?? Number.POSITIVE_INFINITY,
    parameters.durationSeconds ?? Number.POSITIVE_INFINITY,
  );
  return {
    recipe,
    extension: extensionOf(plan.contentType),
    contentType: plan.contentType,
    header: planHeader(plan),
    reason: plan.reason,
    secondsTotal: Number.isFinite(part) ? part / parameters.speed : null,
    predictedSeconds: seconds,
    predictedBytes: bytes,
    groups: recipe.kind === 'film' ? Math.ceil(recipe.film.frames / recipe.film.groupFrames) : null,
  };
}

/** Advises what can be divided among invocations. */
function divisible({ speed, loudness }: StreamParameters): string {
  return speed === 1 && loudness === null
    ? 'ask for mp4, which can, or '
    : 'without speed and loudness, mp4 can; or ';
}

/** The end of the exported tracks, in seconds from the file's earliest track, which may lie long before that of others; null if the file does not tell. */
function endOf(recipe: Recipe, { media, parameters }: PlanInput): number | null {
  const { video, audio } = selectTracks(media, parameters);
  const tracks = [
    ...('output' in recipe && recipe.output.video === null ? [] : [video]),
    ...('output' in recipe && recipe.output.audio === null ? [] : [audio]),
  ].filter((track) => track !== null);
  const isKnown = tracks.every(
    ({ durationSeconds }) => durationSeconds !== null || media.durationSeconds !== null,
  );
  if (recipe.kind === 'original' || !isKnown) return media.durationSeconds;
  return Math.max(...tracks.map((track) => trackEndSeconds(track, media))) - earliestStart(media);
}

function recipeOf(plan: StreamPlan, { media, parameters }: PlanInput): Recipe {
  if (plan.kind === 'passthrough' || plan.kind === 'faststart') return { kind: 'original', plan };
  if (plan.kind === 'remux') return { kind: 'movie', plan };
  const { output } = plan;
  switch (output.format) {
    case 'mp4': {
      const film = planFilmExport(output, selectTracks(media, parameters), media);
      return film === null ? { kind: 'movie', plan } : { kind: 'film', film };
    }
    case 'webm':
    case 'mp3':
    case 'flac':
    case 'wav':
      return { kind: output.format, output };
    case 'aac':
    case 'opus':
      return { kind: 'stream', output };
    default:
      return output.format satisfies never;
  }
}

/** Divides the work among invocations of `secondsLeft` seconds each, of which a third is reserved. */
export function shardsFor(
  { groups, predictedSeconds }: Pick<ExportPlan, 'groups' | 'predictedSeconds'>,
  secondsLeft: number,
  mostAtOnce: number,
): readonly { readonly from: number; readonly to: number }[] {
  const count = groups ?? 1;
  const wanted = Math.ceil((predictedSeconds ?? 0) / Math.max(1, secondsLeft * 0.67));
  const shards = groups === null ? 1 : Math.max(1, Math.min(wanted, mostAtOnce, count));
  return Array.from({ length: shards }, (_, i) => ({
    from: Math.floor((i * count) / shards),
    to: Math.floor(((i + 1) * count) / shards),
  }));
}
