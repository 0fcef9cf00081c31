import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { AudioTrack } from '../media/model/media.ts';
import { audioNumber, planAudioEncode } from './audio-encode.ts';
import { audioBits, bitratesOf, containerBits, fragmentedBits } from './bitrates.ts';
import { audioCopyObstacle, besideObstacle, STEREO } from './copyable.ts';
import { cutSegments, evenTimes, gridSegments, nearestCuts, onGrid } from './grid.ts';
import type { Obstacle } from './obstacles.ts';
import type { Offered } from './offer.ts';
import type { PresentationInput } from './plan-presentation.ts';
import type { AudioForm, AudioRendition, Segment } from './presentation.ts';
import { decodingExcess, refuse } from './refuse.ts';

export type PlannedAudio = {
  /** What all play comes first. */
  readonly renditions: readonly AudioRendition[];
  readonly whyEncoded: Obstacle;
};

/**
 * Plans what is offered of a track: what all play, which is a copy if it can be cut and otherwise AAC; beside it all of
 * more than two channels, and the file's own packets of a codec that some clients take. Null if nothing of it can be cut or
 * decoded. Segments meet where those of the film do (`meetsAt`, in seconds).
 */
export function planAudioTrack(
  audio: Offered<AudioTrack>,
  input: PresentationInput,
  meetsAt: readonly number[],
  isDefault: boolean,
): PlannedAudio | null {
  const { track } = audio;
  const times = evenTimes(audio.endSeconds, meetsAt);
  const forms = planForms(audio, input, times);
  if (forms === null) return null;
  const number = audioNumber(input.media, track);
  const { language, title, purpose } = track;
  const about = { kind: 'audio' as const, number, language, title, purpose };
  return {
    renditions: forms.planned.map(([form, planned]) => ({
      ...about,
      id: form === 'usual' ? `audio-${number}` : `audio-${number}-${form}`,
      form,
      isDefault: isDefault && form !== 'surround',
      ...planned,
    })),
    whyEncoded: forms.whyEncoded,
  };
}

type Planned = Pick<
  AudioRendition,
  'codecs' | 'timescale' | 'segments' | 'channels' | 'source' | 'peakBitrate' | 'averageBitrate'
>;

type Forms = { readonly planned: readonly (readonly [AudioForm, Planned])[]; readonly whyEncoded: Obstacle };

function planForms(
  audio: Offered<AudioTrack>,
  input: PresentationInput,
  times: readonly number[],
): Forms | null {
  const { track } = audio;
  const copy = planCopy(audio, input, times, audioCopyObstacle(input.media, track));
  const isCopied = typeof copy !== 'string';
  const isMore = track.channels > STEREO;
  const excess = decodingExcess(input, null);
  const isEncodable = track.undecodable === null && (!isCopied || excess === null);
  if (isCopied && !(isMore && isEncodable)) return { planned: [['usual', copy]], whyEncoded: null };
  if (!isEncodable) return null;
  refuse(excess);
  const grid = aacGrid(audio, times);
  const stereo = planAac(track, grid, STEREO);
  if (isCopied) {
    const whyEncoded = 'not every client plays more than stereo';
    return {
      planned: [
        ['usual', stereo],
        ['surround', copy],
      ],
      whyEncoded,
    };
  }
  const all = planAac(track, grid, MOST_ENCODED);
  const beside = planCopy(audio, input, times, besideObstacle(input.media, track));
  return {
    planned: [
      ['usual', stereo],
      ...(all.channels > stereo.channels ? [['surround', all] as const] : []),
      ...(typeof beside === 'string' ? [] : [[ownForm(track), beside] as const]),
    ],
    whyEncoded: copy,
  };
}

const MOST_ENCODED = 6;

const ownForm = ({ codec }: AudioTrack) => (codec === 'eac3' ? 'eac3' : 'ac3');

/** An HLS playlist cannot say that audio begins late: beyond a second hls.js takes the first segment for its start. */
const MOST_LATE_SECONDS = 0.5;

function planCopy(
  { track, startSeconds }: Offered<AudioTrack>,
  { cuts }: PresentationInput,
  times: readonly number[],
  obstacle: Obstacle,
): Planned | NonNullable<Obstacle> {
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

/** The segments of encoded audio, which all encoded renditions of a track share: whole frames of AAC. */
type AacGrid = { readonly sampleRate: number; readonly segments: readonly Segment[] };

function aacGrid({ track, endSeconds }: Offered<AudioTrack>, times: readonly number[]): AacGrid {
  const sampleRate = SAMPLE_RATES.includes(track.sampleRate) ? track.sampleRate : 48_000;
  // Sums of seconds lose less than a sample.
  const frames = Math.max(1, Math.ceil((endSeconds * sampleRate - 0.5) / AAC_FRAME));
  const boundaries = onGrid(times, frames, (seconds) => Math.round((seconds * sampleRate) / AAC_FRAME));
  return { sampleRate, segments: gridSegments(boundaries, (frame) => frame * AAC_FRAME) };
}

function planAac(track: AudioTrack, { sampleRate, segments }: AacGrid, mostChannels: 2 | 6): Planned {
  const usual = planAudioEncode(track, { codec: 'aac', sampleRate, asked: null, mostChannels });
  const most = MOST_BITS_PER_SAMPLE * sampleRate * usual.channels;
  const bitrate = Math.min(usual.bitrate ?? most, most);
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
