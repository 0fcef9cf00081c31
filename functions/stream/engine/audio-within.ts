import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { Packet } from '../media/model/packets.ts';
import { audioBits } from '../plan/bitrates.ts';
import { encodeAudio } from './audio-frames.ts';
import type { EncodedAudio, SegmentContext } from './segment-context.ts';

/** Most attempts, each with less than the one before. */
const MOST_ATTEMPTS = 4;
const LESS = 0.95;

/**
 * Encodes the frames of a segment like `encodeAudio`, but with no more bits than the playlist declares: the
 * encoder holds its bitrate only on average. If it strays too far, they are encoded again with less. Nothing
 * leaves before all are there: a hundred kilobytes.
 */
export async function* encodeAudioWithin(
  rendition: EncodedAudio,
  part: { readonly firstFrame: number; readonly frameCount: number },
  context: SegmentContext,
): AsyncGenerator<Packet, void, void> {
  const { source, timescale } = rendition;
  const { bitrate: usual } = source.audio;
  const most =
    usual === null ? Number.POSITIVE_INFINITY : audioBits(usual, (part.frameCount * AAC_FRAME) / timescale);
  let bitrate = usual;
  for (let attempt = 1; ; attempt++) {
    const audio = { ...source.audio, bitrate };
    const packets: Packet[] = [];
    for await (const packet of encodeAudio({ ...rendition, source: { ...source, audio } }, part, context))
      packets.push(packet);
    const bits = packets.reduce((sum, { data }) => sum + 8 * data.byteLength, 0);
    if (bits <= most || bitrate === null || attempt === MOST_ATTEMPTS) {
      yield* packets;
      return;
    }
    bitrate = Math.floor(bitrate * (most / bits) * LESS);
  }
}
