import { LRUCache } from 'lru-cache';
import { AAC_FRAME, audioSpecificConfig } from '../media/codecs/aac.ts';
import { audioSampleEntry, esds } from '../media/isobmff/codec-entry.ts';
import { initSegment } from '../media/isobmff/fragment-boxes.ts';
import { readStream } from '../media/isobmff/read-stream.ts';
import type { TrackHead } from '../media/isobmff/track-boxes.ts';
import type { Engine } from './ffmpeg.ts';
import { ffmpegClock } from './ffmpeg-clock.ts';
import type { EncodedAudio, EncodedVideo, SegmentContext } from './segment-context.ts';
import { codingOf } from './video-frames.ts';
import { blackFrameArguments, type EncodedCoding, REORDER_FRAMES } from './video-segment-arguments.ts';

const NOTHING_KNOWN = { language: 'und', matrix: null, delaySeconds: 0, durationTicks: null };

export async function videoInit(rendition: EncodedVideo, context: SegmentContext): Promise<Uint8Array> {
  return initSegment([await videoHead(rendition, context)]);
}

export function audioInit(rendition: EncodedAudio): Uint8Array {
  return initSegment([audioHead(rendition)]);
}

/** Builds the video's init track; its edit list removes the time by which frames are decoded ahead. */
export async function videoHead(rendition: EncodedVideo, context: SegmentContext): Promise<TrackHead> {
  const { timescale, width, height, source } = rendition;
  const sampleEntry = await sampleEntryOf(rendition, context);
  const mediaTime = REORDER_FRAMES * source.frameTicks;
  return { ...NOTHING_KNOWN, kind: 'video', timescale, width, height, sampleEntry, mediaTime };
}

/** Builds the audio's init track; its edit list removes the encoder's priming. */
export function audioHead({ timescale, language, source: { audio } }: EncodedAudio): TrackHead {
  const sampleEntry = audioSampleEntry('mp4a', audio, esds(audioSpecificConfig(audio)));
  const track = { kind: 'audio' as const, timescale, width: 0, height: 0, sampleEntry, mediaTime: AAC_FRAME };
  return { ...NOTHING_KNOWN, ...track, language: language ?? 'und' };
}

/** The newest entries of each engine. */
const known = new WeakMap<Engine, LRUCache<string, Buffer>>();
const MAX_KNOWN = 64;

/**
 * Returns the sample entry. x264's description of a stream does not depend on the frames: asked once for each
 * coding.
 */
async function sampleEntryOf(rendition: EncodedVideo, context: SegmentContext): Promise<Buffer> {
  const coding = codingOf(rendition);
  const key = JSON.stringify(coding);
  const entries = known.get(context.engine) ?? new LRUCache<string, Buffer>({ max: MAX_KNOWN });
  known.set(context.engine, entries);
  const cached = entries.get(key);
  if (cached !== undefined) return cached;
  const entry = await askEncoder(coding, context);
  entries.set(key, entry);
  return entry;
}

async function askEncoder(coding: EncodedCoding, { engine, signal, trace }: SegmentContext): Promise<Buffer> {
  const { url, args } = blackFrameArguments(coding);
  const output = await engine.transcode(url, args, {
    signal,
    inputFailure: () => null,
    ...ffmpegClock(trace),
  });
  try {
    return (await readStream(output)).sampleEntry;
  } finally {
    output.destroy();
  }
}
