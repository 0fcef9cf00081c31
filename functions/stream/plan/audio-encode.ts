import { audioProfile } from '../media/model/codecs.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';
import type { AudioOutput } from './output.ts';
import { audiosOf } from './plan-input.ts';

/** Audio that is encoded. */
export type AudioEncode = Extract<AudioOutput, { kind: 'encode' }>;

/** Bits per second by the number of channels; null for lossless codecs. */
const USUAL_BITRATES = {
  aac: { 1: 96_000, 2: 160_000, 6: 384_000 },
  opus: { 1: 80_000, 2: 128_000, 6: 320_000 },
  // It has two channels at most.
  mp3: { 1: 112_000, 2: 192_000, 6: 320_000 },
  flac: null,
  pcm: null,
} as const;

/** Plans the track's audio for at most so many loudspeakers (two if nobody asks), at the requested or the usual bitrate. */
export function planAudioEncode(
  audio: AudioTrack,
  {
    codec,
    sampleRate,
    asked,
    mostChannels = 2,
  }: Pick<AudioEncode, 'codec' | 'sampleRate'> & {
    readonly asked: number | null;
    readonly mostChannels?: 2 | 6;
  },
): AudioEncode {
  const channels = audio.channels === 1 ? 1 : mostChannels === 6 && audio.channels >= 6 ? 6 : 2;
  const usual = USUAL_BITRATES[codec]?.[channels] ?? null;
  return {
    kind: 'encode',
    stream: audio.stream,
    codec,
    channels,
    sampleRate,
    bitrate: usual === null ? null : effective(asked ?? usual, { codec, sampleRate, channels }),
    // A lossy source decodes to floats, whose 24 bits would be noise stored without loss.
    bits: audioProfile(audio.codec).isLossless ? null : 16,
  };
}

/** The bitrates of MPEG-1 layer III, ISO/IEC 11172-3 §2.4.2.3, in kbit/s. */
const MP3_BITRATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/** Returns the bitrate that an encoder makes of the one it is given. */
function effective(
  bitrate: number,
  { codec, sampleRate, channels }: Pick<AudioEncode, 'codec' | 'sampleRate' | 'channels'>,
): number {
  switch (codec) {
    case 'mp3':
      return 1000 * nearest(bitrate / 1000, MP3_BITRATES);
    case 'opus':
      return Math.min(bitrate, 256_000 * channels);
    case 'aac':
      // ISO/IEC 14496-3 §4.5.3: a frame of 1024 samples has at most 6144 bits a channel.
      return Math.min(bitrate, 6 * sampleRate * channels);
    case 'flac':
    case 'pcm':
      return bitrate;
    default:
      return codec satisfies never;
  }
}

function nearest(value: number, choices: readonly number[]): number {
  return choices.reduce((best, choice) =>
    Math.abs(choice - value) < Math.abs(best - value) ? choice : best,
  );
}

/** Its number in `audio=` and in addresses: among the audio tracks, from 0. */
export function audioNumber(media: Media, audio: AudioTrack): number {
  return audiosOf(media).findIndex(({ index }) => index === audio.index);
}
