import { expect } from 'chai';
import type { Track } from '../../functions/stream/media/model/media.ts';
import { addressedClip, clipOf, refuseLongList } from '../../functions/stream/plan/clip.ts';
import { isIFramePart, partOf } from '../../functions/stream/plan/excerpt.ts';
import type { Presentation, Rendition } from '../../functions/stream/plan/presentation.ts';
import { findTrickPlay } from '../../functions/stream/plan/renditions.ts';
import { addressWithin, clipQuery, initWithin } from '../../functions/stream/playlist/addresses.ts';
import { audioTrack, film } from '../../testing/media.ts';
import { filmCuts, offered, packetCuts, presentationLimits } from '../../testing/presentations.ts';
import { thrownBy } from '../../testing/problem.ts';

/** What a rendition of a clip has: `init` if it has one of its own, numbers of segments, and parts as `from-to`. */
function contents(rendition: Rendition): string {
  const names = rendition.segments.map((_, i) => addressWithin(rendition, i, 'v').replace(/\.m4s.*/, ''));
  return [...(initWithin(rendition, 'v').startsWith('clip') ? ['init'] : []), ...names].join(' ');
}

const of = (presentation: Presentation, id: string) => {
  const found = [...presentation.video, ...presentation.audio].find((each) => each.id === id);
  return found === undefined ? 'none' : contents(found);
};

/** 24 frames a second, keyframes every second. Segments end after 1, 3, 7 and 10 seconds. */
const usual = (tracks: readonly Track[] = [film(), audioTrack()]) => offered(tracks);

type Row = readonly [start: number, end: number | null, copy: string, encoded: string, audio: string];

const CLIPS: readonly Row[] = [
  // Segments that meet at its start and end.
  [1, 7, '1 2', '1 2', '46-141 2'],
  // In milliseconds: frame 30 begins at 1.25 s, and 60 at 2.5 s.
  [1.25, 2.5, 'init 30-60', '30-60', '58-118'],
  [1.2505, 2.4996, 'init 30-60', '30-60', '58-118'],
  [1.291, 2.5, 'init 30-60', '30-60', '58-118'],
  [1.2917, 2.501, 'init 31-61', '31-61', '60-120'],
  [0, 4, 'init 0 1 72-96', '0 1 72-96', '0 1 141-188'],
  [2, null, 'init 48-72 2 3', '48-72 2 3', '93-141 2 3'],
  // What is shorter than half a second goes with what is beside it.
  [2.75, 7.25, 'init 66-174', '66-174', '128-340'],
  [0.75, 9, 'init 18-72 2 168-216', '18-72 2 168-216', '35-141 2 328-422'],
  [9.99, 10, 'init 239-240', '239-240', '466-469'],
];

describe('a clip', () => {
  for (const [startSeconds, endSeconds, ...wanted] of CLIPS) {
    it(`from ${startSeconds} to ${endSeconds ?? 'the end'} has ${wanted[0]}`, () => {
      const clip = clipOf(usual(), { startSeconds, endSeconds });
      expect(['copy', '480p', 'audio-0'].map((id) => of(clip, id))).to.deep.equal(wanted);
    });
  }

  const trickPlay = (startSeconds: number, endSeconds: number | null, id = '240p') => {
    const video = clipOf(usual(), { startSeconds, endSeconds }).video.find((each) => each.id === id);
    const { frames = [], excerpt } = video?.iFrames ?? {};
    const seconds = (ticks: number) => ticks / (video?.timescale ?? 1);
    const lasting = frames.map((frame) => [seconds(frame.startTicks), seconds(frame.durationTicks)]);
    return { lasting, ...excerpt };
  };

  it('has frames of trick play, which begin with its own first', () => {
    expect(trickPlay(1.25, 4)).to.deep.equal({
      lasting: [
        [1.25, 1.75],
        [3, 1],
      ],
      firstIndex: 1,
      first: { from: 30, to: 72 },
    });
    expect(trickPlay(1.25, 1.75)).to.deep.include({ lasting: [[1.25, 0.5]], first: { from: 30, to: 42 } });
    expect(trickPlay(3, 5)).to.deep.include({ lasting: [[3, 2]], firstIndex: 2, first: null });
    // A copy has no other frames than its own.
    expect(trickPlay(2, 5, 'copy')).to.deep.include({
      lasting: [
        [2, 2],
        [4, 1],
      ],
      firstIndex: 1,
      first: null,
    });
    expect(trickPlay(3.25, 5, 'copy').lasting).to.deep.equal([]);
    const clip = clipOf(usual(), { startSeconds: 3.25, endSeconds: 5 });
    expect(findTrickPlay(clip, { kind: 'iframes', rendition: '240p' }).id).to.equal('240p');
    const { type } = thrownBy(() => findTrickPlay(clip, { kind: 'iframes', rendition: 'copy' }));
    expect(type).to.equal('not-found');
  });

  it('has no frame of trick play but between two of the film', () => {
    const film = usual().video.find(({ id }) => id === '240p');
    const copy = usual().video.find(({ id }) => id === 'copy');
    if (film === undefined || copy === undefined) throw new Error('It is missing.');
    const isOne = (from: number, to: number) => isIFramePart(film, { from, to });
    expect([isOne(30, 72), isOne(30, 42), isOne(71, 72), isOne(239, 240)]).to.not.include(false);
    expect([isOne(30, 73), isOne(72, 80), isOne(30, 30), isOne(239, 241), isOne(31, 30)]).to.not.include(
      true,
    );
    expect(isIFramePart(copy, { from: 30, to: 48 })).to.equal(false);
  });

  it('declares no less than a short frame of trick play takes', () => {
    const peak = (startSeconds: number) =>
      clipOf(usual(), { startSeconds, endSeconds: null }).video.at(-1)?.iFrames.peakBitrate ?? 0;
    expect(peak(1.958)).to.be.above(peak(1.25));
  });

  it('has what the whole has, and its own times', () => {
    const whole = usual();
    const clip = clipOf(whole, { startSeconds: 1.26, endSeconds: 8.6 });
    expect(clip.clip).to.deep.equal({ startSeconds: 1.25, endSeconds: 207 / 24 });
    expect(clipQuery(clip.clip)).to.equal('?start=1.25&end=8.625');
    expect(clip.durationSeconds).to.be.closeTo(207 / 24 - 1.25, 1e-9);
    expect(clip.video.map(({ id }) => id)).to.deep.equal(whole.video.map(({ id }) => id));
    for (const { segments, timescale, kind } of [...clip.video, ...clip.audio]) {
      const starts = segments.map(({ startTicks }) => startTicks / timescale);
      const ends = segments.map(({ startTicks, durationTicks }) => (startTicks + durationTicks) / timescale);
      expect(starts.slice(1)).to.deep.equal(ends.slice(0, -1));
      const most = kind === 'audio' ? 1024 / 48_000 : 1e-9;
      expect(starts[0]).to.be.within(1.25 - most, 1.25);
      expect(ends.at(-1)).to.be.within(207 / 24, 207 / 24 + most);
    }
    // Asked for again by its own address, it is the same.
    const again = clipOf(whole, { startSeconds: 1.25, endSeconds: 8.625 });
    expect(JSON.stringify(again)).to.equal(JSON.stringify(clip));
  });

  it('of all frames is the film', () => {
    const whole = usual();
    for (const [startSeconds, endSeconds] of [
      [0, 10.005],
      [0.041, 10.006],
      [0, 11],
      [0.02, null],
    ] as const)
      expect(clipOf(whole, { startSeconds, endSeconds })).to.equal(whole);
  });

  it('is refused in DASH where its manifest would be endless', () => {
    const long = Array.from({ length: 4 }, () => audioTrack({ durationSeconds: 108_000 }));
    const whole = usual(long.map((track, index) => ({ ...track, index })));
    const clip = clipOf(whole, { startSeconds: 1, endSeconds: null });
    const { type, message } = thrownBy(() => refuseLongList(clip));
    expect(type).to.equal('too-large');
    expect(message).to.match(/would list \d{6} segments, and the limit is 100000: ask for fewer/);
    refuseLongList(whole);
  });

  it('is refused where it would begin at the end, or later', () => {
    for (const startSeconds of [10, 10.001, 86_400]) {
      const problem = thrownBy(() => clipOf(usual(), { startSeconds, endSeconds: null }));
      expect(problem.type).to.equal('bad-parameter');
      expect(problem.message).to.equal('The parameter "start" must be before the end, at 10 seconds.');
    }
  });

  it('begins with the last frame up to the end', () => {
    const frameRate = { numerator: 30_000, denominator: 1001, constant: true };
    const whole = usual([film({ frameRate, codec: 'vp9' })]);
    const [rendition] = whole.video;
    const last = rendition?.segments.at(-1);
    const end = ((last?.startTicks ?? 0) + (last?.durationTicks ?? 0)) / (rendition?.timescale ?? 1);
    const clip = clipOf(whole, { startSeconds: end - 0.000_3, endSeconds: null });
    expect(clip.durationSeconds).to.be.closeTo(1001 / 30_000, 1e-4);
    for (const { segments } of clip.video) expect(segments[0]?.durationTicks).to.be.above(0);
  });

  it('of frames that begin at half a millisecond is the same by the address that it gives', () => {
    for (const numerator of [24_000, 30_000, 60_000]) {
      const frameRate = { numerator, denominator: 1001, constant: true };
      const whole = usual([film({ frameRate, codec: 'vp9' })]);
      for (let frame = 0; frame * 1001 < 9 * numerator; frame++) {
        const asked = { startSeconds: (frame * 1001) / numerator + 0.002, endSeconds: null };
        const clip = clipOf(whole, asked).clip;
        const again = clip && clipOf(whole, addressedClip(clip)).clip;
        expect(again?.startSeconds, `${frame} of ${numerator}`).to.equal(clip?.startSeconds);
      }
    }
  });

  it('of NTSC has the same frames by the address that it gives', () => {
    const frameRate = { numerator: 30_000, denominator: 1001, constant: true };
    const whole = usual([film({ frameRate, codec: 'vp9' }), audioTrack()]);
    for (let frame = 1; frame < 290; frame++) {
      const startSeconds = Math.round((frame * 1001) / 30) / 1000;
      const { video, clip } = clipOf(whole, { startSeconds, endSeconds: startSeconds + 0.3 });
      const part = video[0]?.excerpt?.first;
      if (part) expect(part.from).to.equal(frame);
      expect(clip?.startSeconds).to.be.closeTo((frame * 1001) / 30_000, 1e-4);
    }
  });

  it('leaves out a copy that cannot be encoded like it, unless it begins and ends at keyframes', () => {
    const kinds: readonly Parameters<typeof film>[0][] = [
      { displayWidth: 1300 },
      { displayHeight: 721, codedHeight: 721 },
      { bitDepth: null },
      { codec: 'hevc', codecString: 'hvc1.1.6.L93.B0' },
    ];
    for (const over of kinds) {
      const whole = usual([film(over), audioTrack()]);
      expect(whole.video[0]?.id, JSON.stringify(over)).to.equal('copy');
      expect(of(clipOf(whole, { startSeconds: 1.25, endSeconds: 2.5 }), 'copy')).to.equal('none');
      expect(of(clipOf(whole, { startSeconds: 1, endSeconds: 7 }), 'copy')).to.equal('1 2');
    }
    const limits = { ...presentationLimits, maxOutputHeight: 480 };
    const low = offered([film(), audioTrack()], { limits });
    expect(of(clipOf(low, { startSeconds: 1.25, endSeconds: 2.5 }), 'copy')).to.equal('none');
    const other = offered([film(), audioTrack()], { joinable: new Set() });
    expect(of(clipOf(other, { startSeconds: 1.25, endSeconds: 2.5 }), 'copy')).to.equal('none');
    const tracks = [film({ durationSeconds: 60 }), audioTrack({ durationSeconds: 60 })] as const;
    const cuts = new Map([
      [0, filmCuts(tracks[0], 12)],
      [1, packetCuts(tracks[1])],
    ]);
    const sparse = clipOf(offered(tracks, { cuts }), { startSeconds: 13, endSeconds: 30 });
    expect(of(sparse, 'copy')).to.equal('none');
  });

  it('is refused between keyframes if there is nothing but such a copy', () => {
    const small = film({ bitrate: 100_000, displayWidth: 1300 });
    const whole = offered([small, audioTrack()], { sizeBytes: 200_000 });
    expect(whole.video.map(({ id }) => id)).to.deep.equal(['copy']);
    const problem = thrownBy(() => clipOf(whole, { startSeconds: 1.25, endSeconds: 2.5 }));
    expect([problem.status, problem.type]).to.deep.equal([400, 'bad-parameter']);
    expect(problem.message).to.contain('must be at keyframes here');
  });

  it('of audio alone begins with the packet at its start', () => {
    const clip = clipOf(usual([audioTrack()]), { startSeconds: 2, endSeconds: 4 });
    expect(of(clip, 'audio-0')).to.equal('93-141 141-188');
    expect(clip.clip?.startSeconds).to.equal((93 * 1024) / 48_000);
    const encoded = clipOf(usual([audioTrack({ codec: 'flac' })]), { startSeconds: 2, endSeconds: 4 });
    expect(of(encoded, 'audio-0')).to.equal('93-141 141-188');
  });

  it('of a day has all of its segments', () => {
    const durationSeconds = 86_400;
    const whole = offered([film({ durationSeconds, codec: 'vp9' }), audioTrack({ durationSeconds })], {
      about: { durationSeconds },
    });
    const before = process.cpuUsage();
    const { video } = clipOf(whole, { startSeconds: 1.5, endSeconds: 86_000.5 });
    const { user, system } = process.cpuUsage(before);
    console.log(`      ${Math.round((user + system) / 1000)} ms of CPU`);
    expect(video[0]?.segments).to.have.length(21_501);
  });

  it('has no part that is not one of it', () => {
    const [copy] = usual().video;
    if (copy === undefined) throw new Error('There is no copy.');
    const parts = (from: number, to: number) => partOf(copy, { from, to })?.segments;
    expect(parts(30, 72)).to.deep.equal([{ startTicks: 16_000, durationTicks: 22_400 }]);
    expect(parts(66, 168)).to.have.length(1);
    for (const [from, to] of [
      [24, 72],
      [30, 30],
      [31, 30],
      [30, 100],
      [30, 168],
      [200, 241],
      [240, 250],
      [99_999_998, 99_999_999],
    ] as const)
      expect(partOf(copy, { from, to }), `${from}-${to}`).to.equal(null);
  });
});
