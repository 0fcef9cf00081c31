import { expect } from 'chai';
import type { Media } from '../../functions/stream/media/model/media.ts';
import type { Output } from '../../functions/stream/plan/output.ts';
import { outputLength, tracksToMeasure } from '../../functions/stream/plan/output-length.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';

const video: Output['video'] = { kind: 'copy', stream: 'i:1' };
const aac: Output['audio'] = { kind: 'copy', stream: 'i:2', codec: 'aac' };
const pcm: Output['audio'] = {
  kind: 'encode',
  stream: 'i:2',
  codec: 'pcm',
  channels: 2,
  sampleRate: 48_000,
  bitrate: null,
  bits: null,
};
const output = (over: Partial<Output>): Output => ({
  format: 'mp4',
  video: null,
  audio: null,
  startSeconds: 0,
  durationSeconds: null,
  phaseSeconds: 0,
  prerollSeconds: 0,
  speed: null,
  loudness: null,
  isTagged: false,
  ...over,
});
const unknown = { durationSeconds: null, layout: null, container: 'matroska' as const };
const noEnd = { durationSeconds: null };

describe('outputLength', () => {
  type Row = readonly [
    what: string,
    media: Media,
    output: Output,
    ends: readonly (readonly [number, number])[],
    length: ReturnType<typeof outputLength>,
  ];
  const both = mediaOf([film({ durationSeconds: 10 }), audioTrack({ durationSeconds: 10.02 })]);
  const late = mediaOf([film({ startSeconds: 1.5 }), audioTrack({ startSeconds: 1.4 })]);
  // Cover art is there from the file's zero on, and not played.
  const covered = mediaOf([
    ...late.tracks,
    film({ index: 2, startSeconds: 0, durationSeconds: null, isCoverArt: true }),
  ]);
  const mkv = mediaOf([film(noEnd), audioTrack(noEnd)], { ...unknown, durationSeconds: 10.02 });
  const song = mediaOf([audioTrack({ ...noEnd, index: 0, stream: 'i:2', codec: 'flac' })], {
    ...{ container: 'flac', durationSeconds: 3.5, layout: null },
  });
  const TABLE: readonly Row[] = [
    ['each track', both, output({ video, audio: aac }), [], { video: 10, audio: 10.02, isExact: false }],
    [
      'each track beside cover art, which is not what an output begins with',
      covered,
      output({ video, audio: aac }),
      [],
      outputLength(late, output({ video, audio: aac }), new Map()),
    ],
    [
      'a part of it',
      both,
      output({ video, audio: aac, startSeconds: 4, durationSeconds: 3 }),
      [],
      { video: 3, audio: 3, isExact: false },
    ],
    [
      'a part of it at one and a half times its speed',
      both,
      output({
        video,
        audio: aac,
        startSeconds: 4,
        durationSeconds: 3,
        speed: { factor: 1.5, frames: null },
      }),
      [],
      { video: 2, audio: 2, isExact: false },
    ],
    [
      'a part that reaches beyond the end',
      both,
      output({ video, audio: aac, startSeconds: 4, durationSeconds: 30 }),
      [],
      { video: 6, audio: 6.02, isExact: false },
    ],
    [
      'what begins later, from the earliest track on',
      late,
      output({ video, audio: aac }),
      [],
      { video: 10.1, audio: 10, isExact: false },
    ],
    [
      'a film whose tracks do not tell',
      mkv,
      output({ video, audio: aac }),
      [],
      { video: 10.02, audio: 10.02, isExact: false },
    ],
    [
      'the audio of such a film, as measured',
      mkv,
      output({ audio: aac }),
      [[1, 8.02]],
      { video: null, audio: 8.02, isExact: false },
    ],
    ['nothing of its audio unmeasured', mkv, output({ audio: aac }), [], null],
    [
      'a song to the sample',
      song,
      output({ format: 'wav', audio: pcm }),
      [],
      { video: null, audio: 3.5, isExact: true },
    ],
    [
      'a song of another rate to a frame',
      song,
      output({ format: 'wav', audio: { ...pcm, sampleRate: 44_100 } }),
      [],
      { video: null, audio: 3.5, isExact: false },
    ],
    ['nothing without a duration', mediaOf([film(noEnd)], unknown), output({ video }), [], null],
    [
      'nothing where it is estimated',
      mediaOf([audioTrack()], { container: 'other' }),
      output({ audio: aac }),
      [],
      null,
    ],
  ];
  for (const [what, media, wanted, ends, length] of TABLE) {
    it(`knows ${what}`, () => {
      const seen = outputLength(media, wanted, new Map(ends));
      expect(seen && { ...seen, video: rounded(seen.video), audio: rounded(seen.audio) }).to.deep.equal(
        length,
      );
    });
  }

  it('counts whole frames of what is encoded', () => {
    const encoded = {
      kind: 'encode',
      stream: 'i:1',
      frameRate: { numerator: 30_000, denominator: 1001 },
    } as unknown as Output['video'];
    const { video: seconds } = outputLength(both, output({ video: encoded }), new Map()) ?? {};
    expect(seconds).to.be.closeTo((300 * 1001) / 30_000, 1e-9);
  });

  it('has the end of audio measured if a film tells its whole length alone', () => {
    expect(tracksToMeasure(mkv, output({ audio: aac }))).to.deep.equal([1]);
    expect(tracksToMeasure(mkv, output({ video, audio: aac }))).to.deep.equal([]);
    expect(tracksToMeasure(both, output({ audio: aac }))).to.deep.equal([]);
    expect(tracksToMeasure(song, output({ audio: aac }))).to.deep.equal([]);
  });
});

function rounded(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1e6) / 1e6;
}
