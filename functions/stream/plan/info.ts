import { contentTypeOf } from '../http/content-type.ts';
import { Problem } from '../http/problem.ts';
import { describeProblem } from '../http/problem-response.ts';
import { FORMATS, type StreamParameters } from '../route/parameters.ts';
import { addressOf } from '../route/route.ts';
import type { StoredObject } from '../source/source.ts';
import type { Presentation } from './presentation.ts';
import type { Question } from './question.ts';
import { planStream } from './stream-plan.ts';

type AddressInfo =
  | {
      readonly href: string;
      readonly plan: string;
      readonly reason: string;
      readonly contentType: string;
      readonly predicted: { readonly seconds: number | null; readonly bytes: number | null };
    }
  | {
      readonly href: string;
      readonly problem: {
        readonly type: string;
        readonly status: number;
        readonly title: string;
        readonly detail: string;
      };
    };

/**
 * The body of `/info`: the object, its media, and what each address would do with it, and why. `prefix` opens those
 * addresses where they are signed.
 */
export function describeObject(
  { key, etag, sizeBytes, lastModified }: StoredObject,
  question: Question,
  presentation: Presentation | Problem,
  prefix: string,
): object {
  return {
    key,
    sizeBytes,
    etag,
    lastModified,
    media: question.media,
    addresses: [...describeAddresses(key, question, prefix), ...describeAdaptive(key, presentation, prefix)],
  };
}

/** Every plan is made, nothing is carried out. */
function describeAddresses(key: string, question: Question, prefix: string): readonly AddressInfo[] {
  const contentType = contentTypeOf(key).type;
  const media = `${prefix}${addressOf('media', key)}`;
  const stream = `${prefix}${addressOf('stream', key)}`;
  const { layout } = question.media;
  const sizes = { seconds: 0, bytes: question.sizeBytes };
  const own: AddressInfo[] = [
    { href: media, plan: 'passthrough', reason: "the object's own bytes", contentType, predicted: sizes },
  ];
  if (layout?.moovAtEnd && !layout.fragmented) {
    const reason = 'the index is moved to the front while the file is sent';
    own.push({ href: `${media}?faststart=1`, plan: 'faststart', reason, contentType, predicted: sizes });
  }
  return [
    ...own,
    describeStream(stream, question, question.parameters),
    ...FORMATS.map((format) =>
      describeStream(`${stream}?format=${format}`, question, { ...question.parameters, format }),
    ),
  ];
}

function describeStream(href: string, question: Question, parameters: StreamParameters): AddressInfo {
  try {
    const { kind, reason, contentType, predicted } = planStream({ ...question, parameters });
    return { href, plan: kind, reason, contentType, predicted };
  } catch (error) {
    if (error instanceof Problem) return { href, problem: describeProblem(error) };
    throw error;
  }
}

/** A playlist takes no work; its segments are asked for one by one, and never all of them. */
function describeAdaptive(
  key: string,
  presentation: Presentation | Problem,
  prefix: string,
): readonly AddressInfo[] {
  const entries = [
    ['hls', 'master.m3u8', 'application/vnd.apple.mpegurl'],
    ['dash', 'manifest.mpd', 'application/dash+xml'],
  ] as const;
  return entries.map(([plan, name, contentType]) => {
    const href = `${prefix}${addressOf(plan, key)}/${name}`;
    if (presentation instanceof Problem) return { href, problem: describeProblem(presentation) };
    return { href, plan, reason: presentation.reason, contentType, predicted: { seconds: 0, bytes: null } };
  });
}
