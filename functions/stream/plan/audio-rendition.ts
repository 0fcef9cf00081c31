import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { AudioTrack } from '../media/model/media.ts';
import { audioNumber, planAudioEncode } from './audio-encode.ts';
import { audioBits, bitratesOf, containerBits, fragmentedBits } from './bitrates.ts';
import { audioCopyObstacle } from './copyable.ts';
import { cutSegments, evenTimes, gridSegments, nearestCuts, onGrid } from './grid.ts';
import type { Offered } from './offer.ts';
import type { Obstacle } from './parameter-effects.ts';
import type { PresentationInput } from './plan-presentation.ts';
import type { AudioRendition } from './presentation.ts';
import { decodingExcess, refuse } from './refuse.ts';

export type PlannedAudio = { readonly rendition: AudioRendition; readonly whyNotCopied: Obstacle };

/**
 * A copy if the track can be cut, otherwise AAC; null if it can be neither cut nor decoded. Its segments meet where those
 * of the film do (`meetsAt`, in seconds).
 */
export function planAudioRendition(
  audio: Offered<AudioTrack>,
  input: PresentationInput,
  meetsAt: readonly number[],
  isDefault: boolean,
): PlannedAudio | null {
  const { track, endSeconds } = audio;
  const about = {
    kind: 'audio' as const,
    id: `audio-${audioNumber(input.media, track)}`,
    language: track.language,
    title: track.title,
    purpose: track.purpose,
    isDefault,
  };
  const times = evenTimes(endSeconds, meetsAt);
  const copy = planCopy(audio, input, times);
  if (typeof copy !== 'string') return { rendition: { ...about, ...copy }, whyNotCopied: null };
  if (track.undecodable !== null) return null;
  refuse(decodingExcess(input, null));
  return { rendition: { ...about, ...planAac(audio, times) }, whyNotCopied: copy };
}

type Planned = Omit<AudioRendition, 'kind' | 'id' | 'language' | 'title' | 'purpose' | 'isDefault'>;

/** An HLS playlist cannot say that audio begins late: beyond a second hls.js takes the first segment for its start. */
const MOST_LATE_SECONDS = 0.5;

function planCopy(
  { track, startSeconds }: Offered<AudioTrack>,
  { media, cuts }: PresentationInput,
  times: readonly number[],
): Planned | NonNullable<Obstacle> {
  const obstacle = audioCopyObstacle(media, track);
  if (obstacle !== null) return obstacle;
  if (startSeconds > MOST_LATE_SECONDS) return 'the audio begins long after the film';
  const known = cuts.get(track.index) ?? { whyNot: 'where the audio can be cut is not known' };
  if ('whyNot' in known) return known.whyNot;
  const { timescale } = known;
  const chosen = nearestCuts(known, times);
  const segments = cutSegments(known, chosen);
  if (segments.length === 0) return 'the audio has no packets';
  return {
    codecs: track.codecString ?? '',
    timescale,
    segments,
    ...bitratesOf(segments, timescale, (_, i) => {
      const [from = 0, to = 0] = chosen.slice(i, i + 2);
      return 8 * (known.bytesBefore(to) - known.bytesBefore(from)) + containerBits(1, to - from);
    }),
    channels: track.channels,
    source: { kind: 'copy', trackIndex: track.index, cuts: chosen, timeAt: known.timeAt },
  };
}

/** Sample rates of ISO/IEC 14496-3 table 1.18 that players know in MP4. */
const SAMPLE_RATES: readonly number[] = [
  48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
];
/** A frame has at most 6144 bits a channel, which is six a sample: the lowest rates get less than usual. */
const MOST_BITS_PER_SAMPLE = 4;

function planAac({ track, endSeconds }: Offered<AudioTrack>, times: readonly number[]): Planned {
  const sampleRate = SAMPLE_RATES.includes(track.sampleRate) ? track.sampleRate : 48_000;
  const usual = planAudioEncode(track, { codec: 'aac', sampleRate, asked: null });
  const most = MOST_BITS_PER_SAMPLE * sampleRate * usual.channels;
  const bitrate = Math.min(usual.bitrate ?? most, most);
  // Sums of seconds lose less than a sample.
  const frames = Math.max(1, Math.ceil((endSeconds * sampleRate - 0.5) / AAC_FRAME));
  const boundaries = onGrid(times, frames, (seconds) => Math.round((seconds * sampleRate) / AAC_FRAME));
  const segments = gridSegments(boundaries, (frame) => frame * AAC_FRAME);
  return {
    codecs: 'mp4a.40.2',
    timescale: sampleRate,
    segments,
    ...bitratesOf(segments, sampleRate, (seconds, i) => {
      // The very first has the encoder's priming, which has no time.
      const packets = Math.round((seconds * sampleRate) / AAC_FRAME) + (i === 0 ? 1 : 0);
      return audioBits(bitrate, (packets * AAC_FRAME) / sampleRate) + fragmentedBits(seconds, packets);
    }),
    channels: usual.channels,
    source: { kind: 'encode', audio: { ...usual, bitrate } },
  };
}
