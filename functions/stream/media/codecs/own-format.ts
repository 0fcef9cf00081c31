import type { AudioCodec } from '../model/codecs.ts';
import { audibleFormat } from './aac.ts';
import { dolbyFormat, readAc3, readEac3 } from './dolby.ts';
import { dtsFormat } from './dts.ts';
import { mpegAudioFormat } from './mpeg-audio.ts';

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
 * STREAMINFO, headers of Vorbis), or from the first packet of a codec with a header in each. Null if neither is there or
 * known.
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
    case 'vorbis':
      return configuration && vorbisFormat(Buffer.from(configuration));
    case 'mp3':
      return packet && mpegAudioFormat(packet);
    case 'ac3':
      return packet && dolbyFormat(readAc3(packet));
    case 'eac3':
      return packet && dolbyFormat(readEac3(packet));
    case 'dts':
      return packet && dtsFormat(packet);
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

/** Reads the identification header (Vorbis I §4.2.2), wherever the container has it among the other two. */
function vorbisFormat(configuration: Buffer): OwnFormat | null {
  const at = configuration.indexOf('\x01vorbis', 0, 'latin1');
  if (at < 0 || configuration.length < at + 16) return null;
  const [channels, sampleRate] = [configuration.readUInt8(at + 11), configuration.readUInt32LE(at + 12)];
  return { channels, sampleRate, bitsPerSample: null };
}
