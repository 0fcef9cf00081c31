import type { PacketTrack } from '../functions/stream/media/model/packets.ts';
import { avc1 } from './movie-file.ts';

/** The head of a synthetic video track, for writers of MP4. */
export const IMAGE_CODECS: Omit<PacketTrack, 'packets'> = {
  kind: 'video',
  timescale: 1000,
  sampleEntry: avc1(),
  language: 'eng',
  width: 854,
  height: 480,
  matrix: null,
  delaySeconds: 0,
  mediaTime: 0,
  durationTicks: null,
};
