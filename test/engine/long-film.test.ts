import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parseConfig } from '../../functions/stream/config.ts';
import { phaseSeconds } from '../../functions/stream/engine/picture-frames.ts';
import { isEncodedVideo, type SegmentDesk } from '../../functions/stream/engine/segment-desk.ts';
import { encodedInit } from '../../functions/stream/engine/segments.ts';
import { openPresentation } from '../../functions/stream/open/open-presentation.ts';
import type { Presentation, Rendition } from '../../functions/stream/plan/presentation.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { audioRendition, openDesk, segmentOf, withArguments } from '../support/encoded.ts';
import { fragmentTimes } from '../support/fragment-times.ts';
import { decodedFrames, losslessly, onePass } from '../support/grid-frames.ts';
import { LONG_SECONDS, type LongFilm, makeLongFilm } from '../support/long-film.ts';
import { needs } from '../support/needs.ts';
import { errorsOf, heardInOnePass, heardInSegments, joinErrors, lagOf } from '../support/sound-error.ts';

/** Segments that are looked at together. */
const AROUND = 4;
const PLACES = ['start', 'middle', 'end'] as const;

describe('encoded segments of two hours', function () {
  this.timeout(180_000);
  let film: LongFilm;
  let path: string;
  let folder: string;
  let desk: SegmentDesk;
  let presentation: Presentation;

  before(async function () {
    needs(this, 'ffmpeg');
    film = await makeLongFilm();
    path = join(film.folder, film.name);
    folder = await mkdtemp(join(tmpdir(), 'sluice-two-hours-'));
    desk = await openDesk(path);
    const limits = { ...parseConfig({ MEDIA_DIR: film.folder }).limits, ...desk.limits };
    const source = directorySource(film.folder);
    const object = await source.stat(film.name, desk.signal);
    presentation = await openPresentation({ ...desk, source, object, limits }, desk.probed, {
      looksAtPictures: true,
    });
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('are planned without a gap, all of each rendition', () => {
    const { video, audio } = presentation;
    expect(video.map(({ id }) => id)).to.include.members(['copy', '240p']);
    for (const { id, segments, timescale } of [...video, ...audio]) {
      // Sound and pictures do not begin together, and none of them later than a frame.
      let next = segments[0]?.startTicks ?? Number.NaN;
      expect(next / timescale).to.be.within(0, 1 / 24);
      for (const { startTicks, durationTicks } of segments) {
        expect(startTicks).to.equal(next);
        expect(durationTicks).to.be.above(0);
        next += durationTicks;
      }
      console.log(`      ${id}: ${segments.length} segments, ${next} ticks, ${next / timescale} s`);
      expect(next / timescale).to.be.closeTo(LONG_SECONDS, 0.05);
    }
  });

  for (const place of PLACES) {
    it(`hold what one pass of that stretch has, in its time: ${place}`, async () => {
      const video = presentation.video.find(isEncodedVideo);
      if (video === undefined) throw new Error('Nothing is encoded.');
      const [shownFile, heardFile] = [join(folder, 'pictures.mp4'), join(folder, 'sound.mp4')];
      const { frameTicks } = video.source;
      const shown = await stretchOf(video, place, withArguments(desk, losslessly));
      const [first, end] = [shown.startTicks / frameTicks, shown.endTicks / frameTicks];
      const decoded = await decodedFrames(shown.parts, shownFile);
      expect(decoded.complaints).to.equal('');
      expect(decoded.hashes).to.have.length(end - first);
      expect(decoded.hashes).to.deep.equal(await onePass(path, video, desk, end, first));

      const audio = audioRendition(desk, { seconds: LONG_SECONDS, sampleRate: 48_000 });
      const made = await stretchOf(audio, place, desk);
      const [from, to] = [made.startTicks / 1024, made.endTicks / 1024];
      const heard = await heardInSegments(made.parts, heardFile, 1);
      expect(heard.complaints).to.equal('');
      // The very first frame is the encoder's priming; elsewhere it is one whose other half the decoder has not seen.
      const known = place === 'start' ? from : from + 1;
      const wanted = await heardInOnePass(path, audio, desk, [known, to]);
      expect(heard.samples.length).to.equal((to - known) * 1024);
      const lag = lagOf(heard.samples, wanted, 1, 960);
      const inStretch = made.segments.map((segment) => ({
        ...segment,
        startTicks: segment.startTicks - known * 1024,
      }));
      const errors = joinErrors(errorsOf(heard.samples, wanted, 1), { ...audio, segments: inStretch });

      const [shownAt, heardAt] = [await firstTime(shownFile), await firstTime(heardFile)];
      const figures = Object.entries(errors).map(([name, error]) => `${name} ${error.toFixed(1)}`);
      console.log(
        [
          `      ${place}: pictures ${first} to ${end} as in one pass, from ${shownAt.toFixed(3)} s`,
          `sound ${from} to ${to} from ${heardAt.toFixed(3)} s, ${lag} samples late`,
          `error of frames ${figures.join(', ')}`,
        ].join('; '),
      );
      expect(lag).to.equal(0);
      expect(errors.median).to.be.below(50);
      expect(errors.worstJoin).to.be.below(Math.max(2 * errors.p99, 16));
      // What players go by, edit list and all: pictures and sound are where they are in the plan.
      expect(shownAt).to.be.closeTo(shown.startTicks / video.timescale + phaseSeconds(video, desk), 0.001);
      expect(heardAt).to.be.closeTo((place === 'start' ? -1024 : made.startTicks) / 48_000, 0.001);
    });
  }

  /** The init segment and a few others around a place, whose times are those of the plan. */
  async function stretchOf(rendition: Rendition, place: (typeof PLACES)[number], at: SegmentDesk) {
    const last = rendition.segments.length - AROUND;
    const from = { start: 0, middle: Math.floor(last / 2), end: last }[place];
    const segments = rendition.segments.slice(from, from + AROUND);
    const parts = [Buffer.from(await encodedInit(rendition, at))];
    // The encoder's priming is in front of all sound, and the first segment holds it.
    const priming = rendition.kind === 'audio' ? 1024 : 0;
    for (const [i, { startTicks, durationTicks }] of segments.entries()) {
      const bytes = Buffer.from(await segmentOf(rendition, from + i, at));
      const fragments = fragmentTimes(bytes);
      let next = startTicks + (startTicks === 0 ? 0 : priming);
      for (const { decodeTime, samples } of fragments) {
        expect(decodeTime).to.equal(next);
        for (const { duration } of samples) next += duration;
      }
      expect(next).to.equal(startTicks + durationTicks + priming);
      parts.push(bytes);
    }
    const [first, end] = [segments[0], segments.at(-1)];
    const endTicks = (end?.startTicks ?? 0) + (end?.durationTicks ?? 0);
    return { parts, segments, startTicks: first?.startTicks ?? 0, endTicks };
  }
});

/** When the first frame of a file is shown or heard. */
async function firstTime(path: string): Promise<number> {
  const entries = ['-show_entries', 'frame=pts_time', '-read_intervals', '%+#1', '-of', 'csv=p=0'];
  const { stdout } = await promisify(execFile)('/usr/bin/ffprobe', ['-v', 'error', ...entries, path]);
  return Number.parseFloat(stdout);
}
