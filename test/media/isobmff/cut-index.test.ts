import { expect } from 'chai';
import { cutIndex, cutTime } from '../../../functions/stream/media/isobmff/cut-index.ts';
import { tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { timelineOf } from '../../../functions/stream/media/isobmff/timeline.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { movieFile, type TrackSpec } from '../../../testing/movie-file.ts';

async function cutsOf(spec: TrackSpec) {
  const movie = await readMovie(bytesAccess(movieFile({ tracks: [spec] })));
  const track = movie?.tracks[0];
  const table = movie && track && tableOf(movie, track);
  if (!table) throw new Error('There is no track.');
  const index = cutIndex(track, table, timelineOf(movie, track));
  if (index === null) return null;
  const { samples } = index;
  const bytesBefore = (sample: number) =>
    table.sizes.sumBefore(sample) - table.sizes.sumBefore(samples.at(0));
  return Array.from({ length: samples.count }, (_, cut) => {
    const sample = samples.at(cut);
    return [sample, cutTime(table, index, cut), bytesBefore(sample)];
  });
}

const sizes = [50, 10, 10, 30, 10, 10, 40, 10];
/** Frames in display order, 40 ticks each. */
const plain: TrackSpec = { sizes, sync: [1, 4, 7] };
/** One frame is held back; the groups are closed. */
const closed: TrackSpec = { ...plain, compositionOffsets: [40, 80, 0, 40, 80, 0, 40, 40] };
/** The sixth frame follows the fourth, a keyframe, in decoding, and precedes it in display. */
const open: TrackSpec = { ...plain, compositionOffsets: [40, 40, 40, 120, 40, -40, 40, 40] };
const audio: TrackSpec = { handler: 'soun', sizes: [9, 8, 7, 6, 5, 4], duration: 1024, timescale: 48_000 };
const edit = (mediaTime: number, duration: number) => [{ mediaTime, duration }];

type Row = readonly [sample: number, time: number, bytes: number];
const CASES: readonly (readonly [what: string, track: TrackSpec, cuts: readonly Row[] | null])[] = [
  [
    'key frames',
    plain,
    [
      [0, 0, 0],
      [3, 120, 70],
      [6, 240, 120],
      [8, 320, 170],
    ],
  ],
  [
    'key frames of closed groups, when they are shown',
    closed,
    [
      [0, 40, 0],
      [3, 160, 70],
      [6, 280, 120],
      [8, 360, 170],
    ],
  ],
  [
    'no key frame with frames that lead up to it',
    open,
    [
      [0, 40, 0],
      [6, 280, 120],
      [8, 360, 170],
    ],
  ],
  [
    'no key frame before which a later frame is decoded',
    { ...plain, compositionOffsets: [0, 0, 80, 0, 0, 0, 0, 0] },
    [
      [0, 0, 0],
      [6, 240, 120],
      [8, 320, 170],
    ],
  ],
  [
    'an open group where the file begins with one',
    { ...plain, compositionOffsets: [80, 0, 0, 0, 0, 0, 0, 0] },
    [
      [0, 40, 0],
      [3, 120, 70],
      [6, 240, 120],
      [8, 320, 170],
    ],
  ],
  [
    'the first key frame there is',
    { ...plain, sync: [4, 7] },
    [
      [3, 120, 0],
      [6, 240, 50],
      [8, 320, 100],
    ],
  ],
  [
    'where the edit list begins, with the frames that it hides',
    { ...plain, edits: edit(160, 160) },
    [
      [3, 160, 0],
      [6, 240, 50],
      [8, 320, 100],
    ],
  ],
  [
    'from the closed group before, where the edit list begins in an open one',
    { ...open, edits: edit(240, 120) },
    [
      [0, 240, 0],
      [6, 280, 120],
      [8, 360, 170],
    ],
  ],
  [
    'to where the edit list ends',
    { ...plain, edits: edit(0, 140) },
    [
      [0, 0, 0],
      [3, 120, 70],
      [4, 140, 100],
    ],
  ],
  ['nothing where the edit list shows nothing', { ...plain, edits: edit(400, 100) }, null],
  ['nothing without a key frame', { ...plain, sync: [] }, null],
  [
    'every packet of audio',
    audio,
    [
      [0, 0, 0],
      [1, 1024, 9],
      [2, 2048, 17],
      [3, 3072, 24],
      [4, 4096, 30],
      [5, 5120, 35],
      [6, 6144, 39],
    ],
  ],
  [
    'audio with the packets that its decoder needs before the start',
    { ...audio, edits: edit(3072, 1000) },
    [
      [1, 3072, 0],
      [4, 4096, 21],
      [5, 5120, 26],
      [6, 6144, 30],
    ],
  ],
];

describe('a track is cut at', () => {
  for (const [what, track, cuts] of CASES) {
    it(what, async () => {
      expect(await cutsOf(track)).to.deep.equal(cuts);
    });
  }
});
