import { damaged } from '../../base/problem.ts';
import { box, fullBox, text, uint32, uint64 } from '../boxes/write-box.ts';
import type { Packet } from '../model/packets.ts';
import { encryptedSampleBoxes, type SubsampleMap } from './encrypted-samples.ts';
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

/** One sample as a fragment's header lists it; times in ticks of the track. */
export type FragmentSample = {
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  readonly sizeBytes: number;
  readonly isSync: boolean;
};

/** The samples of a track in one fragment; `samples` is not empty. */
export type SampleRun = {
  readonly trackId: number;
  readonly samples: readonly FragmentSample[];
  /** How each of them is encrypted; without it they are not. */
  readonly encrypted?: readonly SubsampleMap[] | undefined;
};

const SYNC = 0x0200_0000;
const NON_SYNC = 0x0101_0000;

/**
 * Writes a `moof` and the header of its `mdat` (ISO/IEC 14496-12 §8.8); the samples of the runs follow in
 * their order.
 */
export function fragmentHead(sequenceNumber: number, runs: readonly SampleRun[]): Buffer {
  const sizes = runs.map(({ samples }) => samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  // The offsets count from the start of the moof, whose length does not depend on them.
  const length = moof(sequenceNumber, runs, sizes, 0).byteLength;
  const mdat = Buffer.alloc(8);
  mdat.writeUInt32BE(8 + sizes.reduce((sum, size) => sum + size, 0), 0);
  mdat.write('mdat', 4, 'latin1');
  return Buffer.concat([moof(sequenceNumber, runs, sizes, length + 8), mdat]);
}

function moof(
  sequenceNumber: number,
  runs: readonly SampleRun[],
  sizes: readonly number[],
  dataOffset: number,
): Buffer {
  const mfhd = fullBox('mfhd', 0, 0, uint32(sequenceNumber));
  let offset = dataOffset;
  let start = 8 + mfhd.byteLength;
  const trafs = runs.map((run, i) => {
    const bytes = traf(run, offset, start);
    offset += sizes[i] ?? 0;
    start += bytes.byteLength;
    return bytes;
  });
  return box('moof', mfhd, ...trafs);
}

/**
 * Writes offsets from the moof (0x20000), in which this box begins at `start`; each sample has its duration, size, flags and signed composition
 * offset.
 */
function traf({ trackId, samples, encrypted }: SampleRun, dataOffset: number, start: number): Buffer {
  const fields = Buffer.alloc(samples.length * 16);
  for (const [i, { duration, sizeBytes, isSync, pts, dts }] of samples.entries()) {
    if (duration > 0xffff_ffff)
      throw damaged('The times of this file have a gap that no player can wait for.');
    fields.writeUInt32BE(duration, i * 16);
    fields.writeUInt32BE(sizeBytes, i * 16 + 4);
    fields.writeUInt32BE(isSync ? SYNC : NON_SYNC, i * 16 + 8);
    fields.writeInt32BE((pts - dts) | 0, i * 16 + 12);
  }
  const own = [
    fullBox('tfhd', 0, 0x20000, uint32(trackId)),
    fullBox('tfdt', 1, 0, uint64(samples[0]?.dts ?? 0)),
    fullBox('trun', 1, 0x1 | 0x100 | 0x200 | 0x400 | 0x800, uint32(samples.length, dataOffset), fields),
  ];
  if (encrypted === undefined) return box('traf', ...own);
  const end = own.reduce((sum, { byteLength }) => sum + byteLength, start + 8);
  return box('traf', ...own, ...encryptedSampleBoxes(encrypted, end));
}

/** The packets of a track in one fragment; `packets` is not empty. */
export type TrackRun = { readonly trackId: number; readonly packets: readonly Packet[] };

/**
 * Writes a `moof` and its `mdat` as chunks that are sent one after the other; large packets are not copied.
 */
export function fragment(sequenceNumber: number, runs: readonly TrackRun[]): Uint8Array[] {
  const head = fragmentHead(
    sequenceNumber,
    runs.map(({ trackId, packets }) => ({
      trackId,
      samples: packets.map((packet) => ({ ...packet, sizeBytes: packet.data.byteLength })),
    })),
  );
  return gathered([head, ...runs.flatMap(({ packets }) => packets.map(({ data }) => data))]);
}

/** Audio comes in packets of a few bytes: fewer, larger chunks cost the stream that carries them less. */
const PART_BYTES = 64 * 1024;

function gathered(parts: readonly Uint8Array[]): Uint8Array[] {
  const fragments: Uint8Array[] = [];
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    if (waiting.length > 0)
      fragments.push(waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting));
    waiting = [];
    bytes = 0;
  };
  for (const part of parts) {
    if (bytes + part.byteLength > PART_BYTES) flush();
    waiting.push(part);
    bytes += part.byteLength;
  }
  flush();
  return fragments;
}
