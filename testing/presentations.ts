import { readLimits } from '../functions/stream/base/limits.ts';
import { listedCuts } from '../functions/stream/media/cuts/listed-cuts.ts';
import type { Cuts } from '../functions/stream/media/model/cuts.ts';
import type { AudioTrack, Media, Track, VideoTrack } from '../functions/stream/media/model/media.ts';
import {
  type CutsOrWhyNot,
  copyCandidates,
  type PresentationInput,
  planPresentation,
} from '../functions/stream/plan/plan-presentation.ts';
import type { Presentation } from '../functions/stream/plan/presentation.ts';
import { mediaOf } from './media.ts';

export const presentationLimits = readLimits({});

/** The presentation of synthetic tracks, with keyframes every second and packets of AAC unless other cuts are given. */
export function offered(
  tracks: readonly Track[],
  {
    about,
    cuts,
    joinable,
    limits,
    sizeBytes = 3_000_000,
  }: Partial<PresentationInput> & { readonly about?: Partial<Media> } = {},
): Presentation {
  const media = mediaOf(tracks, about);
  return planPresentation({
    media,
    sizeBytes,
    cuts: cuts ?? usualCuts(media),
    joinable: joinable ?? new Set(copyCandidates(media)),
    limits: limits ?? presentationLimits,
  });
}

export function usualCuts(media: Media): ReadonlyMap<number, CutsOrWhyNot> {
  const candidates = copyCandidates(media);
  const cuts = new Map<number, Cuts>();
  for (const track of media.tracks) {
    if (!candidates.includes(track.index)) continue;
    if (track.kind === 'video') cuts.set(track.index, filmCuts(track));
    if (track.kind === 'audio') cuts.set(track.index, packetCuts(track));
  }
  return cuts;
}

/** Cuts at keyframes every so many seconds, each group of pictures with the track's bitrate. */
export function filmCuts(track: VideoTrack, everySeconds = 1, timescale = 12_800): Cuts {
  const { index, startSeconds, durationSeconds, bitrate } = track;
  const end = startSeconds + (durationSeconds ?? 10);
  const times: number[] = [];
  for (let time = startSeconds; time < end; time += everySeconds) times.push(Math.round(time * timescale));
  return cutsOf(index, timescale, [...times, Math.round(end * timescale)], bitrate ?? 2_000_000);
}

/** Cuts at every packet of AAC, the last of which is whole. */
export function packetCuts(track: AudioTrack): Cuts {
  const { index, startSeconds, durationSeconds, sampleRate, bitrate } = track;
  const packets = Math.ceil(((durationSeconds ?? 10) * sampleRate) / 1024);
  const start = Math.round(startSeconds * sampleRate);
  const times = Array.from({ length: packets + 1 }, (_, i) => start + i * 1024);
  return cutsOf(index, sampleRate, times, bitrate ?? 128_000);
}

function cutsOf(trackIndex: number, timescale: number, times: readonly number[], bitrate: number): Cuts {
  const start = times[0] ?? 0;
  const bytesBefore = times.map((time) => Math.round(((time - start) / timescale) * (bitrate / 8)));
  return listedCuts({
    trackIndex,
    timescale,
    times: Float64Array.from(times),
    offset: 0,
    bytesBefore: Float64Array.from(bytesBefore),
  });
}
