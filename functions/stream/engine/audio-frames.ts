import { damaged } from '../base/problem.ts';
import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { Packet } from '../media/model/packets.ts';
import { isCounted } from '../plan/counted.ts';
import { audiosOf } from '../plan/plan-input.ts';
import { audioSegmentArguments } from './audio-segment-arguments.ts';
import { readFromPlaces } from './read-from-places.ts';
import { BEGINNING, readingPlaces } from './reading-places.ts';
import type { EncodedAudio, SegmentContext } from './segment-context.ts';
import { clockSeconds, sourceGrid } from './source-grid.ts';
import { withCuts } from './with-cuts.ts';

/** The priming packet of an AAC encoder: half of the first window. */
export const PRIMING_FRAMES = 1;
/**
 * Frames that are encoded before a segment and dropped, so that windows overlap as if it had not been cut.
 */
const PREROLL_FRAMES = 4;
/** Frames encoded after it: the encoder looks a frame ahead for attacks, whose windows are short. */
const LOOKAHEAD_FRAMES = 2;
/** Preroll of decoders: a frame of AAC, 80 ms of Opus, the reach of an MP3's reservoir. */
const DECODER_PREROLL_SECONDS = 0.5;

/**
 * Encodes AAC frames `[firstFrame, firstFrame + frameCount)` of a rendition; frame 0 plays at the
 * presentation's zero and -1 is the encoder's priming. Times count from that one. Fails as `Engine` says.
 */
export async function* encodeAudio(
  { source: { audio } }: EncodedAudio,
  { firstFrame, frameCount }: { readonly firstFrame: number; readonly frameCount: number },
  segmentContext: SegmentContext,
): AsyncGenerator<Packet, void, void> {
  const track = audiosOf(segmentContext.probed.media).find(({ stream }) => stream === audio.stream);
  if (track === undefined) throw damaged('The file has no such audio track.');
  const context = withCuts(segmentContext, [track]) ?? segmentContext;
  const { probed, zeroSeconds, limits } = context;
  const begin = Math.max(0, firstFrame - PREROLL_FRAMES);
  const end = firstFrame + frameCount + LOOKAHEAD_FRAMES;
  const beginSeconds = zeroSeconds + (begin * AAC_FRAME) / audio.sampleRate - DECODER_PREROLL_SECONDS;
  const part = {
    audio,
    sourceRate: track.sampleRate,
    zeroSeconds: zeroSeconds + clockSeconds(probed.media, track),
    grid: sourceGrid(probed, track),
    firstFrame: begin,
    frameCount: end - begin,
  };
  // The audio of joined recordings is all that there is. Where it changes, another graph would fill its front once more.
  const places = isCounted(probed.media)
    ? [{ ...BEGINNING, fillsFront: !probed.media.isJoined }]
    : readingPlaces(beginSeconds, track.startSeconds, beginSeconds);
  const { samples } = await readFromPlaces(places, context, (from) =>
    audioSegmentArguments({ ...part, from }, limits),
  );
  const skipped = firstFrame - begin + PRIMING_FRAMES;
  let position = -skipped;
  for await (const { data } of samples) {
    const dts = (firstFrame + position + PRIMING_FRAMES) * AAC_FRAME;
    if (position >= 0 && position < frameCount)
      yield { data, dts, pts: dts, duration: AAC_FRAME, isSync: true };
    position++;
  }
  if (position < frameCount)
    throw damaged(`Only ${position} of ${frameCount} audio frames could be encoded.`);
}
