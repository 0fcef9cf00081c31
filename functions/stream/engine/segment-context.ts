import type { AudioRendition, Rendition, VideoRendition } from '../plan/presentation.ts';
import type { EngineContext } from './transcode-object.ts';

/** Inputs of the segments of one object. */
export type SegmentContext = EngineContext & {
  /** The presentation's zero on the file's timeline. */
  readonly zeroSeconds: number;
};

export type EncodedVideo = VideoRendition & {
  readonly source: Extract<VideoRendition['source'], { kind: 'encode' }>;
};

export type EncodedAudio = AudioRendition & {
  readonly source: Extract<AudioRendition['source'], { kind: 'encode' }>;
};

export function isEncodedVideo(rendition: Rendition): rendition is EncodedVideo {
  return rendition.kind === 'video' && rendition.source.kind === 'encode';
}

export function isEncodedAudio(rendition: Rendition): rendition is EncodedAudio {
  return rendition.kind === 'audio' && rendition.source.kind === 'encode';
}

/**
 * Returns which of a rendition's frames a segment has, counted from the presentation's zero; `frameAt` maps
 * ticks to frames.
 */
export function framesWithin(
  { segments, id }: Pick<Rendition, 'segments' | 'id'>,
  index: number,
  frameAt: (ticks: number) => number,
): { readonly firstFrame: number; readonly frameCount: number } {
  const segment = segments[index];
  if (segment === undefined) throw new RangeError(`The rendition ${id} has no segment ${index}.`);
  const firstFrame = frameAt(segment.startTicks);
  return { firstFrame, frameCount: frameAt(segment.startTicks + segment.durationTicks) - firstFrame };
}
