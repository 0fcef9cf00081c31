import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { Packet } from '../media/model/packets.ts';
import { soundBits } from '../plan/bitrates.ts';
import type { EncodedAudio, SegmentDesk } from './segment-desk.ts';
import { encodeSound } from './sound-frames.ts';

/** Each with less than the one before. */
const MOST_ATTEMPTS = 4;
const LESS = 0.95;

/**
 * The frames of a segment as `encodeSound` makes them, with no more bits than the playlist says: the encoder keeps to its
 * bitrate on average alone. Where it strays too far, they are made anew with less. Nothing leaves before all are there:
 * a hundred kilobytes.
 */
export async function* encodeSoundWithin(
  rendition: EncodedAudio,
  part: { readonly firstFrame: number; readonly frameCount: number },
  desk: SegmentDesk,
): AsyncGenerator<Packet, void, void> {
  const { source, timescale } = rendition;
  const { bitrate: usual } = source.sound;
  const most =
    usual === null ? Number.POSITIVE_INFINITY : soundBits(usual, (part.frameCount * AAC_FRAME) / timescale);
  let bitrate = usual;
  for (let attempt = 1; ; attempt++) {
    const sound = { ...source.sound, bitrate };
    const packets: Packet[] = [];
    for await (const packet of encodeSound({ ...rendition, source: { ...source, sound } }, part, desk))
      packets.push(packet);
    const bits = packets.reduce((sum, { data }) => sum + 8 * data.byteLength, 0);
    if (bits <= most || bitrate === null || attempt === MOST_ATTEMPTS) {
      yield* packets;
      return;
    }
    bitrate = Math.floor(bitrate * (most / bits) * LESS);
  }
}
