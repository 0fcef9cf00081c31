import { damaged } from '../http/problem.ts';
import { readStream, type StreamedTrack } from '../media/isobmff/read-stream.ts';
import type { AudioRendition } from '../plan/presentation.ts';
import { audiosOf } from '../plan/select-tracks.ts';
import { readingPlaces } from './reading-places.ts';
import { AAC_FRAME, type SoundSegment, soundSegmentArguments } from './sound-segment-arguments.ts';
import { sourceGrid } from './source-grid.ts';
import { transcodeObject, type Workplace } from './transcode-object.ts';

export type EncodedAudio = AudioRendition & {
  readonly source: Extract<AudioRendition['source'], { kind: 'encode' }>;
};

/** Frames that are encoded before a segment and thrown away, so that the encoder is in tune, and one behind it. */
const PREROLL_FRAMES = 4;
const LOOKAHEAD_FRAMES = 2;
/** The packet that an AAC encoder begins with: the first half of its first window. */
const PRIMING_FRAMES = 1;

/**
 * AAC frames `[firstFrame, firstFrame + frameCount)` of a rendition, from the presentation's zero; frame -1 is the
 * encoder's priming. Fails as `Engine` says.
 */
export async function encodeSound(
  { source: { sound } }: EncodedAudio,
  firstFrame: number,
  frameCount: number,
  zeroSeconds: number,
  workplace: Workplace & { readonly limits: { readonly maxPixels: number } },
): Promise<AsyncGenerator<Buffer, void, void>> {
  const { probed, limits } = workplace;
  const { media } = probed;
  const track = audiosOf(media)[sound.stream];
  if (track === undefined) throw damaged('The file does not have that sound any more.');
  const clock = media.originSeconds;
  const begin = Math.max(0, firstFrame - PREROLL_FRAMES);
  const end = firstFrame + frameCount + LOOKAHEAD_FRAMES;
  const skipped = firstFrame - begin + PRIMING_FRAMES;
  const beginSeconds = zeroSeconds + (begin * AAC_FRAME) / sound.sampleRate;
  const decoderSeconds = beginSeconds - DECODER_PREROLL_SECONDS;
  for (const from of readingPlaces(decoderSeconds, track.startSeconds, decoderSeconds)) {
    const segment: SoundSegment = {
      sound,
      sourceRate: track.sampleRate,
      zeroSeconds: zeroSeconds + clock,
      grid: sourceGrid(probed, track),
      firstFrame: begin,
      frameCount: end - begin,
      from: { ...from, seekSeconds: from.seekSeconds === null ? null : from.seekSeconds + clock },
    };
    const made = await transcodeObject(soundSegmentArguments(segment, limits), workplace);
    const stream = await readStream(made);
    if (stream.delaySeconds < 0.001) return packetsOf(stream, skipped, frameCount);
    made.destroy();
  }
  throw damaged('The sound of this part of the file cannot be decoded.');
}

/** What decoders want to have heard: AAC a frame, Opus 80 ms, MP3 what its reservoir reaches back to. */
const DECODER_PREROLL_SECONDS = 0.5;

async function* packetsOf(
  { samples }: StreamedTrack,
  skipped: number,
  count: number,
): AsyncGenerator<Buffer, void, void> {
  let position = 0;
  for await (const { data } of samples) {
    if (position >= skipped && position < skipped + count) yield data;
    position++;
  }
  if (position < skipped + count)
    throw damaged(`Of ${count} frames of sound ${Math.max(0, position - skipped)} could be made.`);
}
