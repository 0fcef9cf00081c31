import { contentTypeOf } from '../base/content-type.ts';
import { Problem } from '../base/problem.ts';
import { describeProblem } from '../http/problem-response.ts';
import type { Findings } from '../media/model/findings.ts';
import { addressOf } from '../route/address-of.ts';
import { FORMAT_NAMES } from '../route/formats.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { StoredObject } from '../source/source.ts';
import { withCost } from './cost.ts';
import { describeExports } from './info-exports.ts';
import { describePoster, type InfoImages } from './info-images.ts';
import type { AddressInfo, ChapterInfo, ObjectInfo, PredictedCost, SubtitleInfo } from './object-info.ts';
import type { PlanInput } from './plan-input.ts';
import type { Prediction } from './predict.ts';
import type { Presentation } from './presentation.ts';
import { planStream } from './stream-plan.ts';
import type { TextTrack } from './text-tracks.ts';

export type InfoOptions = InfoImages & {
  /** Whether there is a derived store for them. */
  readonly hasExports: boolean;
  /** Why a service that encrypts sends no whole film, and no manifest of DASH; null where it does. */
  readonly refusals: { readonly film: Problem | null; readonly manifest: Problem | null };
};

/** What was found about a film besides its probe. */
export type Offers = {
  readonly presentation: Presentation | Problem;
  readonly texts: readonly TextTrack[];
  readonly chapters: readonly ChapterInfo[];
  readonly findings: Findings;
};

type Cost = (prediction: Prediction) => PredictedCost;

/**
 * The body of `/info`: the object, its media, and what each address would do with it, and why. `prefix` opens those
 * addresses where they are signed.
 */
export function describeObject(
  { key, etag, sizeBytes, lastModified }: StoredObject,
  input: PlanInput,
  { presentation, texts, chapters, findings }: Offers,
  options: InfoOptions,
): ObjectInfo {
  const { prefix, memoryMegabytes, hasExports, refusals } = options;
  const poster = describePoster(key, input, options);
  const cost = (prediction: Prediction) => withCost(prediction, memoryMegabytes);
  return {
    key,
    sizeBytes,
    etag,
    lastModified: lastModified.toJSON(),
    media: input.media,
    poster: 'problem' in poster ? null : poster.href,
    ...findings,
    addresses: [
      ...(refusals.film === null
        ? describeAddresses(key, input, prefix, cost)
        : refused(['media', 'stream'], key, prefix, refusals.film)),
      ...describeAdaptive(key, refusals.manifest, presentation, prefix, cost),
      poster,
      ...(hasExports ? describeExports(key, input, { prefix, memoryMegabytes }) : []),
    ],
    subtitles: texts.map((text) => describeText(key, text, prefix)),
    chapters,
  };
}

function describeText(key: string, text: TextTrack, prefix: string): SubtitleInfo {
  const { id, language, title, isForced, isForHearingImpaired, whyNot } = text;
  const href = whyNot === null ? `${prefix}${addressOf('subtitles', key)}/${id}.vtt` : null;
  return { language, title, isForced, isForHearingImpaired, href, whyNot };
}

function refused(
  words: readonly ('media' | 'stream')[],
  key: string,
  prefix: string,
  problem: Problem,
): readonly AddressInfo[] {
  return words.map((word) => ({
    href: `${prefix}${addressOf(word, key)}`,
    problem: describeProblem(problem),
  }));
}

/** Plans everything, and carries nothing out. */
function describeAddresses(
  key: string,
  input: PlanInput,
  prefix: string,
  cost: Cost,
): readonly AddressInfo[] {
  const contentType = contentTypeOf(key).type;
  const media = `${prefix}${addressOf('media', key)}`;
  const stream = `${prefix}${addressOf('stream', key)}`;
  const { layout } = input.media;
  const sizes = cost({ seconds: 0, bytes: input.sizeBytes });
  const own: AddressInfo[] = [
    { href: media, plan: 'passthrough', reason: "the object's own bytes", contentType, predicted: sizes },
  ];
  if (layout?.moovAtEnd && !layout.fragmented) {
    const reason = 'the index is moved to the front while the file is sent';
    own.push({ href: `${media}?faststart=1`, plan: 'faststart', reason, contentType, predicted: sizes });
  }
  return [
    ...own,
    describeStream(stream, input, input.parameters, cost),
    ...FORMAT_NAMES.map((format) =>
      describeStream(`${stream}?format=${format}`, input, { ...input.parameters, format }, cost),
    ),
  ];
}

function describeStream(
  href: string,
  input: PlanInput,
  parameters: StreamParameters,
  cost: Cost,
): AddressInfo {
  try {
    const { kind, reason, contentType, predicted } = planStream({ ...input, parameters });
    return { href, plan: kind, reason, contentType, predicted: cost(predicted) };
  } catch (error) {
    if (error instanceof Problem) return { href, problem: describeProblem(error) };
    throw error;
  }
}

/** A playlist takes no work; its segments are asked for one by one, and never all of them. */
function describeAdaptive(
  key: string,
  noManifest: Problem | null,
  presentation: Presentation | Problem,
  prefix: string,
  cost: Cost,
): readonly AddressInfo[] {
  const entries = [
    ['hls', 'master.m3u8', 'application/vnd.apple.mpegurl'],
    ['dash', 'manifest.mpd', 'application/dash+xml'],
  ] as const;
  return entries.map(([plan, name, contentType]) => {
    const href = `${prefix}${addressOf(plan, key)}/${name}`;
    if (plan === 'dash' && noManifest !== null) return { href, problem: describeProblem(noManifest) };
    if (presentation instanceof Problem) return { href, problem: describeProblem(presentation) };
    return {
      href,
      plan,
      reason: presentation.reason,
      contentType,
      predicted: cost({ seconds: 0, bytes: null }),
    };
  });
}
