import { AAC_FRAME, audioSpecificConfig } from '../media/codecs/aac.ts';
import { audioSampleEntry, esds } from '../media/isobmff/codec-entry.ts';
import { initSegment } from '../media/isobmff/init-segment.ts';
import { readStream } from '../media/isobmff/read-stream.ts';
import type { TrackHead } from '../media/isobmff/track-boxes.ts';
import type { Engine } from './ffmpeg.ts';
import { codingOf } from './picture-frames.ts';
import { blackFrameArguments, type PictureCoding, REORDER_FRAMES } from './picture-segment-arguments.ts';
import type { EncodedAudio, EncodedVideo, SegmentDesk } from './segment-desk.ts';

const NOTHING_KNOWN = { language: 'und', matrix: null, delaySeconds: 0, durationTicks: null };

export async function videoInit(rendition: EncodedVideo, desk: SegmentDesk): Promise<Uint8Array> {
  return initSegment([await videoHead(rendition, desk)]);
}

export function audioInit(rendition: EncodedAudio): Uint8Array {
  return initSegment([audioHead(rendition)]);
}

/** Its edit list takes off what the pictures are decoded ahead of their times. */
export async function videoHead(rendition: EncodedVideo, desk: SegmentDesk): Promise<TrackHead> {
  const { timescale, width, height, source } = rendition;
  const sampleEntry = await sampleEntryOf(rendition, desk);
  const mediaTime = REORDER_FRAMES * source.frameTicks;
  return { ...NOTHING_KNOWN, kind: 'video', timescale, width, height, sampleEntry, mediaTime };
}

/** Its edit list takes off the encoder's priming. */
export function audioHead({ timescale, language, source: { sound } }: EncodedAudio): TrackHead {
  const sampleEntry = audioSampleEntry('mp4a', sound, esds(audioSpecificConfig(sound)));
  const track = { kind: 'audio' as const, timescale, width: 0, height: 0, sampleEntry, mediaTime: AAC_FRAME };
  return { ...NOTHING_KNOWN, ...track, language: language ?? 'und' };
}

/** Of each engine, the newest. */
const known = new WeakMap<Engine, Map<string, Buffer>>();
const MAX_KNOWN = 64;

/** What x264 says of its stream does not depend on the pictures: asked once for each coding. */
async function sampleEntryOf(rendition: EncodedVideo, desk: SegmentDesk): Promise<Buffer> {
  const coding = codingOf(rendition);
  const key = JSON.stringify(coding);
  const entries = known.get(desk.engine) ?? new Map<string, Buffer>();
  known.set(desk.engine, entries);
  const entry = entries.get(key) ?? (await askEncoder(coding, desk));
  entries.delete(key);
  entries.set(key, entry);
  const [oldest] = entries.keys();
  if (entries.size > MAX_KNOWN && oldest !== undefined) entries.delete(oldest);
  return entry;
}

async function askEncoder(coding: PictureCoding, { engine, signal, trace }: SegmentDesk): Promise<Buffer> {
  const { url, args } = blackFrameArguments(coding);
  const made = await engine.transcode(url, args, {
    signal,
    inputFailure: () => null,
    onSpawn: (milliseconds) => trace.record('spawn', milliseconds),
    onExit: () => {},
  });
  try {
    return (await readStream(made)).sampleEntry;
  } finally {
    made.destroy();
  }
}
