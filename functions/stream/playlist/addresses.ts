import { addressedClip } from '../plan/clip.ts';
import { hasParts } from '../plan/excerpt.ts';
import type { Clip, Part, Rendition, VideoRendition } from '../plan/presentation.ts';
import type { MediaAsk } from '../route/adaptive.ts';

/**
 * Addresses below a rendition's playlist, or in templates of a manifest. `version` stands for the object and
 * for how its outputs are produced, so that the content behind an address never changes.
 */
export const initAddress = (version: string) => `init.mp4?v=${version}`;
export const segmentAddress = (index: number | string, version: string) => `${index}.m4s?v=${version}`;
export const partAddress = ({ from, to }: Part, version: string) => `${from}-${to}.m4s?v=${version}`;

/** What trick play of a film or a clip has at a position. */
export function iFrameWithin({ id, iFrames }: VideoRendition, position: number): IFrameAsk {
  const { firstIndex, first } = iFrames.excerpt ?? { firstIndex: 0, first: null };
  if (position === 0 && first !== null) return { kind: 'iframe-part', rendition: id, ...first };
  return { kind: 'iframe', rendition: id, index: firstIndex + position };
}

type IFrameAsk = Extract<MediaAsk, { kind: 'iframe' | 'iframe-part' }>;

/** The address of the same. */
export function iFrameAddress(ask: IFrameAsk, version: string): string {
  return `iframe-${ask.kind === 'iframe' ? ask.index : `${ask.from}-${ask.to}`}.m4s?v=${version}`;
}

/** The init segment of a rendition: of a copy that is partly encoded, another than the film's. */
export function initWithin(rendition: Rendition, version: string): string {
  const { kind, source } = rendition;
  const isMixed = kind === 'video' && source.kind === 'copy' && hasParts(rendition);
  return isMixed ? `clip-${initAddress(version)}` : initAddress(version);
}

/** What a rendition has at a position: the film's own segment, or a part of it where a clip begins or ends. */
export function askWithin({ id, excerpt, segments }: Rendition, position: number): SegmentAsk {
  const { firstIndex, first, last } = excerpt ?? { firstIndex: 0, first: null, last: null };
  const part = (position === 0 ? first : null) ?? (position === segments.length - 1 ? last : null);
  if (part === null) return { kind: 'segment', rendition: id, index: firstIndex + position };
  return { kind: 'part', rendition: id, ...part };
}

type SegmentAsk = Extract<MediaAsk, { kind: 'segment' | 'part' }>;

/** The address of the same. */
export function addressWithin(rendition: Rendition, position: number, version: string): string {
  const ask = askWithin(rendition, position);
  return ask.kind === 'segment' ? segmentAddress(ask.index, version) : partAddress(ask, version);
}

/** What follows the address of a playlist or a text of a clip: its frames, by the millisecond. */
export function clipQuery(clip: Clip | undefined): string {
  if (clip === undefined) return '';
  const { startSeconds, endSeconds } = addressedClip(clip);
  return `?start=${startSeconds}&end=${endSeconds}`;
}
