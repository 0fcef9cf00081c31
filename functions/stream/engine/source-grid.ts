import { parseAacConfig } from '../media/codecs/aac.ts';
import { tableOf } from '../media/isobmff/describe-movie.ts';
import { timelineOf } from '../media/isobmff/timeline.ts';
import { audioProfile } from '../media/model/codecs.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';
import { isCounted } from '../plan/counted.ts';
import type { SourceGrid } from './audio-segment-arguments.ts';

/** Decides how to correct the times of an audio track, so that every reading of it finds the same. */
export function sourceGrid(probed: Probed, track: AudioTrack): SourceGrid {
  const { media } = probed;
  if (isCounted(media)) return { kind: 'counted' };
  if (track.isEdited) return { kind: 'edited' };
  const originSeconds = clockSeconds(media, track) + firstFrameSeconds(probed, track);
  const isRounded = CONTAINERS[media.container].hasRoundedTimes;
  const step = audioProfile(track.codec).stepSamples;
  if (step !== null) return { kind: 'settling', originSeconds, samples: isRounded ? step : 1 };
  const frame = frameSamples(probed, track);
  if (frame !== null) return { kind: 'frames', originSeconds, samples: frame };
  return isRounded ? { kind: 'frames', originSeconds, samples: null } : { kind: 'exact' };
}

/** Returns what ffmpeg's clock shows where the file's timeline begins, for the audio that it decodes of a track. */
export function clockSeconds({ container, originSeconds }: Media, { codecDelaySeconds }: AudioTrack): number {
  return originSeconds + (CONTAINERS[container].countsDelay ? codecDelaySeconds : 0);
}

/** Returns the samples of a frame; null if frames have other lengths, or may have. */
function frameSamples({ movie }: Probed, { index, codec, codecName, sampleRate }: AudioTrack): number | null {
  const whole = audioProfile(codec).frameSamples ?? FRAMES_OF_OTHERS[codecName ?? ''] ?? null;
  const audio = movie?.tracks[index]?.entry?.audio;
  // Low-delay AAC and AAC of digital radio have shorter frames.
  const config = audio?.audioSpecificConfig;
  if (codec === 'aac' && config && parseAacConfig(config)?.samplesPerFrame !== 1024) return null;
  // MP3 of low rates has one granule per frame.
  let samples = codec === 'mp3' && sampleRate < 32_000 ? 576 : whole;
  if (samples === null) return null;
  // Frames are halved while that leaves them long enough: what follows a gap then moves by less.
  while (samples % 2 === 0 && samples / 2 >= sampleRate * LEAST_SECONDS) samples /= 2;
  return samples;
}

const LEAST_SECONDS = 0.02;

/** Samples of a frame by ffmpeg's names of codecs that are `other` here: layers of MPEG audio (ISO/IEC 11172-3 §2.4.2.1). */
const FRAMES_OF_OTHERS: Readonly<Record<string, number>> = { mp1: 384, mp2: 1152 };

/**
 * Returns the first frame's time. An edit list may hide the first frames, or cut within one: the grid is
 * theirs.
 */
function firstFrameSeconds({ movie }: Probed, track: AudioTrack): number {
  const startSeconds = track.startSeconds - track.codecDelaySeconds;
  const indexed = movie?.tracks[track.index];
  const table = movie && indexed ? tableOf(movie, indexed) : null;
  if (!movie || !indexed || table === null || table.count === 0) return startSeconds;
  const { delaySeconds, mediaTime } = timelineOf(movie, indexed);
  return delaySeconds + (table.decodeTimes.at(0) - mediaTime) / indexed.timescale;
}
