import type { AudioCodec } from '../model/codecs.ts';
import { audibleFormat } from './aac.ts';
import { isLayer3 } from './mpeg-audio.ts';

/**
 * Audio format by a codec's own header, which takes precedence over the container's. 0 if it does not tell.
 */
export type OwnFormat = {
  readonly channels: number;
  readonly sampleRate: number;
  /** Of lossless codecs only. */
  readonly bitsPerSample: number | null;
};

/**
 * Reads the format from the container's data for the decoder (AudioSpecificConfig, OpusHead, `fLaC` and
 * STREAMINFO), or from the first packet of a codec with a header in each. Null if neither is there or known.
 */
export function ownFormat(
  codec: AudioCodec,
  configuration: Uint8Array | null,
  packet: Uint8Array | null,
): OwnFormat | null {
  switch (codec) {
    case 'aac': {
      const aac = configuration && audibleFormat(configuration);
      return aac && { channels: aac.channels, sampleRate: aac.sampleRate, bitsPerSample: null };
    }
    case 'opus': {
      const channels = configuration?.[9];
      return channels ? { channels, sampleRate: OPUS_RATE, bitsPerSample: null } : null;
    }
    case 'flac':
      return configuration && streamInfo(configuration);
    case 'mp3':
      return packet && mp3Format(packet);
    case 'ac3':
      return packet && ac3Format(packet);
    default:
      return null;
  }
}

/** Opus is decoded at this rate, whatever was encoded (RFC 7845 §5.1). */
export const OPUS_RATE = 48_000;

/**
 * Reads STREAMINFO (RFC 9639 §8.2) after eight bytes: the marker, or version and flags of `dfLa`, and the
 * block's header.
 */
export function streamInfo(configuration: Uint8Array): OwnFormat | null {
  if (configuration.length < 22) return null;
  const [high = 0, middle = 0, low = 0, last = 0] = configuration.subarray(18);
  return {
    sampleRate: (high << 12) | (middle << 4) | (low >> 4),
    channels: ((low >> 1) & 7) + 1,
    bitsPerSample: (((low & 1) << 4) | (last >> 4)) + 1,
  };
}

const MPEG_RATES = [44_100, 48_000, 32_000];

/**
 * Reads a frame's header (ISO/IEC 11172-3 §2.4.1.3): its last byte begins with the mode, of which the fourth
 * is one channel.
 */
function mp3Format(frame: Uint8Array): OwnFormat | null {
  const [, version = 0, rates = 0, mode = 0] = frame;
  const rate = MPEG_RATES[(rates >> 2) & 3];
  if (!isLayer3(frame) || rate === undefined) return null;
  // MPEG-1, 2 and 2.5: each has half the rates of the one before.
  const divisor = [4, 0, 2, 1][(version >> 3) & 3] ?? 0;
  if (divisor === 0) return null;
  return { channels: mode >> 6 === 3 ? 1 : 2, sampleRate: rate / divisor, bitsPerSample: null };
}

export const AC3_RATES = [48_000, 44_100, 32_000];
const AC3_CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5];

/**
 * Counts the channels of an audio coding mode, with or without the low-frequency one (ETSI TS 102 366
 * §4.4.2.3).
 */
export function ac3Channels(mode: number, hasLowFrequencies: boolean): number {
  return (AC3_CHANNELS[mode & 7] ?? 2) + (hasLowFrequencies ? 1 : 0);
}

function ac3Format(frame: Uint8Array): OwnFormat | null {
  const [first, second, , , rates = 0, stream = 0, modes = 0] = frame;
  const sampleRate = AC3_RATES[rates >> 6];
  if (first !== 0x0b || second !== 0x77 || stream >> 3 > 8 || sampleRate === undefined) return null;
  const mode = modes >> 5;
  // Two bits each for the levels of centre, surrounds and Dolby's matrix precede the low-frequency flag.
  const levels = (mode & 1 && mode !== 1 ? 2 : 0) + (mode & 4 ? 2 : 0) + (mode === 2 ? 2 : 0);
  const lowFrequencies = (modes >> (4 - levels)) & 1;
  return { channels: ac3Channels(mode, lowFrequencies === 1), sampleRate, bitsPerSample: null };
}
