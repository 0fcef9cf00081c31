import { box, fullBox, text, uint32, uint64 } from '../boxes/write-box.ts';
import { movieTimescale, mvhd, type TrackHead, trak } from './track-boxes.ts';

/**
 * The start of a fragmented MP4 (ISO/IEC 14496-12 §8.8): `ftyp` and a `moov` without samples. Track ids are the
 * positions in `tracks`, from 1, unless told. Where a duration is known, `mdhd` and `mehd` tell it. `isQuickTime`:
 * sample entries of audio have QuickTime's form.
 */
export function initSegment(
  tracks: readonly TrackHead[],
  ids = idsOf(tracks),
  { isQuickTime = false } = {},
): Buffer {
  const timescale = movieTimescale(tracks);
  const ftyp = isQuickTime
    ? box('ftyp', text('qt  '), uint32(512), text('qt  '))
    : box('ftyp', text('iso6'), uint32(512), text('iso6mp41'));
  const moov = box(
    'moov',
    mvhd(timescale, 0, Math.max(...ids) + 1),
    // Durations of 0 leave the end open, since the fragments that follow are not in the movie's own duration.
    ...tracks.map((track, i) =>
      trak(track, ids[i] ?? 0, timescale, { ...NO_SAMPLES, mediaTicks: track.durationTicks ?? 0 }),
    ),
    box(
      'mvex',
      ...mehd(tracks, timescale),
      ...ids.map((id) => fullBox('trex', 0, 0, uint32(id, 1, 0, 0, 0))),
    ),
  );
  return Buffer.concat([ftyp, moov]);
}

/** Numbers tracks that have no ids of their own. */
export function idsOf(tracks: readonly unknown[]): readonly number[] {
  return tracks.map((_, i) => i + 1);
}

const NO_SAMPLES = {
  boxes: [
    fullBox('stts', 0, 0, uint32(0)),
    fullBox('stsc', 0, 0, uint32(0)),
    fullBox('stsz', 0, 0, uint32(0, 0)),
    fullBox('stco', 0, 0, uint32(0)),
  ],
  presentedTicks: 0,
  mediaTicks: 0,
};

function mehd(tracks: readonly TrackHead[], timescale: number): Buffer[] {
  let most = 0;
  for (const { durationTicks, delaySeconds, timescale: own } of tracks) {
    if (durationTicks === null) return [];
    most = Math.max(most, delaySeconds + durationTicks / own);
  }
  return [fullBox('mehd', 1, 0, uint64(Math.round(most * timescale)))];
}
