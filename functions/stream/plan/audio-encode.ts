import { audioProfile } from '../media/model/codecs.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';
import type { AudioOutput } from './output.ts';
import { audiosOf } from './select-tracks.ts';

/** Audio that is encoded. */
export type AudioEncode = Extract<AudioOutput, { kind: 'encode' }>;

/** Bits per second of one channel and of two; null for lossless codecs. */
const USUAL_BITRATES = {
  aac: [96_000, 160_000],
  opus: [80_000, 128_000],
  mp3: [112_000, 192_000],
  flac: null,
  pcm: null,
} as const;

/** Plans the track's audio for one or two loudspeakers, at the requested or the usual bitrate. */
export function planAudioEncode(
  audio: AudioTrack,
  { codec, sampleRate, asked }: Pick<AudioEncode, 'codec' | 'sampleRate'> & { readonly asked: number | null },
): AudioEncode {
  const channels = audio.channels === 1 ? 1 : 2;
  const usual = USUAL_BITRATES[codec]?.[channels - 1] ?? null;
  // libopus takes at most 256 kbit/s a channel.
  const most = codec === 'opus' ? 256_000 * channels : Number.POSITIVE_INFINITY;
  return {
    kind: 'encode',
    stream: audio.stream,
    codec,
    channels,
    sampleRate,
    bitrate: usual === null ? null : Math.min(asked ?? usual, most),
    // A lossy source decodes to floats, whose 24 bits would be noise stored without loss.
    bits: audioProfile(audio.codec).isLossless ? null : 16,
  };
}

/** Its number in `audio=` and in addresses: among the audio tracks, from 0. */
export function audioNumber(media: Media, audio: AudioTrack): number {
  return audiosOf(media).findIndex(({ index }) => index === audio.index);
}
