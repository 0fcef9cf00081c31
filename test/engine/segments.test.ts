import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { sourceUnavailable } from '../../functions/stream/base/problem.ts';
import { createEngine, type Engine } from '../../functions/stream/engine/ffmpeg.ts';
import type { SegmentContext } from '../../functions/stream/engine/segment-context.ts';
import {
  encodedInit,
  iFrameAt,
  openEncodedIFrame,
  openEncodedSegment,
} from '../../functions/stream/engine/segments.ts';
import { readMovie } from '../../functions/stream/media/isobmff/movie.ts';
import { readStream } from '../../functions/stream/media/isobmff/read-stream.ts';
import type { Rendition } from '../../functions/stream/plan/presentation.ts';
import { demoDirectory } from '../../local/function.ts';
import { ROOMY } from '../../testing/ample.ts';
import {
  audioRendition,
  everything,
  openContext,
  ownFfmpeg,
  segmentOf,
  videoRendition,
  withArguments,
} from '../../testing/encoded.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { fragmentTimes } from '../../testing/fragment-times.ts';
import { decodedFrames, losslessly, onePass } from '../../testing/grid-frames.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { problemOf } from '../../testing/problem.ts';
import { descendantsNamed } from '../../testing/processes.ts';

const run = promisify(execFile);
const DEMO = join(demoDirectory, 'video.mp4');
const FILM = { height: 144, frameRate: { numerator: 24, denominator: 1 }, seconds: 7 };

describe('encoded segments', function () {
  this.timeout(60_000);
  let folder: string;
  let context: SegmentContext;

  before(async function () {
    needs(this, 'ffmpeg', 'taskset');
    folder = await mkdtemp(join(tmpdir(), 'sluice-segments-'));
    context = await openContext(DEMO);
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('are the same bytes in any order, from any instance, with any number of processors', async () => {
    // A tight ceiling: rate control is where encoders differ from run to run.
    const video = videoRendition(context, {
      ...FILM,
      seconds: 5,
      height: 240,
      maxBitrate: 120_000,
      lengths: [1, 2],
    });
    const audio = audioRendition(context, { seconds: 5, sampleRate: 48_000, lengths: [1, 2] });
    const alone = join(folder, 'alone');
    await writeFile(alone, `#!/bin/sh\nexec taskset -c 0 ${await ownFfmpeg()} "$@"\n`);
    await chmod(alone, 0o755);
    for (const rendition of [video, audio]) {
      const [init, ...segments] = await everything(rendition, context);
      for (const index of [2, 0, 1, 2]) {
        const other = await openContext(DEMO);
        const instance = index === 2 ? { ...other, engine: createEngine(alone, ROOMY) } : other;
        expect(Buffer.from(await encodedInit(rendition, instance)).equals(init ?? Buffer.alloc(0))).to.equal(
          true,
        );
        const again = await segmentOf(rendition, index, instance);
        expect(again.equals(segments[index] ?? Buffer.alloc(0)), `segment ${index}`).to.equal(true);
      }
    }
  });

  for (const [name, rate] of [
    ['mp4/mediabunny__edts.mp4', [25, 1]],
    ['ts/mediabunny__0.ts', [60, 1]],
    ['mp4/mediabunny__cursed-vfr.mp4', [30000, 1001]],
    ['mp4/mediabunny__video.mp4', [25, 1]],
  ] as const) {
    it(`are coded as the init segment says: ${name}`, async function () {
      needs(this, 'corpus');
      const { recorded, context: recording } = await recordingDesk(join(corpusDirectory, name));
      const [numerator, denominator] = rate;
      const frameRate = { numerator, denominator };
      const rendition = videoRendition(recording, { height: 120, frameRate, seconds: 2, lengths: [1.5] });
      const init = Buffer.from(await encodedInit(rendition, recording));
      const { tracks } = (await readMovie(bytesAccess(init))) ?? { tracks: [] };
      for (const index of rendition.segments.keys()) {
        await segmentOf(rendition, index, recording);
        const { sampleEntry } = await readStream(Readable.from([recorded.at(-1)]));
        expect(sampleEntry.toString('hex')).to.equal(tracks[0]?.entry?.bytes.toString('hex'));
      }
    });
  }

  it('of audio are coded as the init segment says', async () => {
    const { recorded, context: recording } = await recordingDesk(DEMO);
    for (const sampleRate of [48_000, 44_100, 22_050, 8_000]) {
      const rendition = audioRendition(recording, { seconds: 1, sampleRate });
      const init = Buffer.from(await encodedInit(rendition, recording));
      await segmentOf(rendition, 0, recording);
      const [promised, output] = [await configOf(init), await configOf(recorded.at(-1) ?? Buffer.alloc(0))];
      expect(promised).to.equal(output);
      expect(promised).to.match(/^[0-9a-f]{4}56e500$/);
    }
  });

  it('keep their ceiling', async () => {
    const shape = { ...FILM, height: 240, seconds: 30, lengths: [1, 2, 1.5] };
    for (const maxBitrate of [80_000, 250_000]) {
      const rendition = videoRendition(context, { ...shape, maxBitrate });
      for (const index of [0, 9, 12, 17]) {
        const output = await segmentOf(rendition, index, context);
        const seconds = (rendition.segments[index]?.durationTicks ?? 0) / rendition.timescale;
        expect(output.length * 8).to.be.at.most(seconds * maxBitrate);
      }
    }
  });

  it('leave as they are encoded', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const held: Engine = {
      async transcode(...args) {
        const whole = await buffer(await context.engine.transcode(...args));
        const half = Math.floor(whole.length / 2);
        const halves = async function* () {
          yield whole.subarray(0, half);
          await gate;
          yield whole.subarray(half);
        };
        return Readable.from(halves(), { objectMode: false });
      },
    };
    const rendition = videoRendition(context, FILM);
    const stream = await openEncodedSegment(rendition, 2, { ...context, engine: held });
    const chunks = stream.iterator({ destroyOnReturn: false });
    const { value } = await chunks.next();
    const first = Buffer.from(value as Uint8Array);
    expect(first.toString('latin1', 4, 8)).to.equal('moof');
    expect(fragmentTimes(first)[0]?.samples).to.have.length(6);
    open();
    expect(fragmentTimes(Buffer.concat([first, await buffer(stream)])).length).to.be.above(4);
  });

  it('are encoded by one ffmpeg each if an index tells the keyframes', async () => {
    let runs = 0;
    const engine: Engine = {
      transcode(...args) {
        runs++;
        return context.engine.transcode(...args);
      },
    };
    const rendition = videoRendition(context, { ...FILM, lengths: [0.9] });
    for (const index of rendition.segments.keys()) await segmentOf(rendition, index, { ...context, engine });
    expect(runs).to.equal(rendition.segments.length);
  });

  it('have a single frame for each, as long as the segment', async () => {
    const lossless = withArguments(context, losslessly);
    const rendition = videoRendition(context, FILM);
    const init = await encodedInit(rendition, lossless);
    for (const index of [0, 2]) {
      const frame = await buffer(await openEncodedIFrame(rendition, iFrameAt(rendition, index), lossless));
      const segment = rendition.segments[index];
      expect(fragmentTimes(frame)).to.deep.equal([
        {
          decodeTime: segment?.startTicks,
          samples: [{ duration: segment?.durationTicks, offset: 2 * rendition.source.frameTicks }],
        },
      ]);
      const path = join(folder, 'frame.mp4');
      const { hashes } = await decodedFrames([init, frame], path);
      const whole = await decodedFrames([init, await segmentOf(rendition, index, lossless)], path);
      expect(hashes).to.deep.equal(whole.hashes.slice(0, 1));
    }
  });

  it('continue with the last frame and with silence in a file that is cut off', async () => {
    const path = join(folder, 'cut.mkv');
    const inputs = ['testsrc2=s=192x108:r=25:d=8', 'sine=d=8'].flatMap((input) => [
      '-f',
      'lavfi',
      '-i',
      input,
    ]);
    await run('/usr/bin/ffmpeg', ['-v', 'error', ...inputs, '-c:v', 'libx264', '-c:a', 'flac', '-y', path]);
    await truncate(path, Math.round((await stat(path)).size * 0.6));
    const cut = await openContext(path);
    const frameRate = { numerator: 25, denominator: 1 };
    const rendition = videoRendition(cut, { height: 96, frameRate, seconds: 8, lengths: [1.5] });
    const output = join(folder, 'output.mp4');
    const { hashes } = await decodedFrames(
      await everything(rendition, withArguments(cut, losslessly)),
      output,
    );
    expect(hashes).to.deep.equal(await onePass(path, rendition, cut, 200));
    expect(new Set(hashes).size).to.be.within(50, 150);
    const audio = audioRendition(cut, { seconds: 8, sampleRate: 44_100, lengths: [1.5] });
    const [, ...segments] = await everything(audio, cut);
    const frames = segments.flatMap(fragmentTimes).reduce((sum, { samples }) => sum + samples.length, 0);
    expect(frames).to.equal(Math.ceil((8 * 44_100) / 1024) + 1);
  });

  it('break if a frame is missing', async () => {
    const fewer = withArguments(context, (output) =>
      output.map((arg) => arg.replace(/:end_pts=\d+/, ':end_pts=150')),
    );
    const stream = await openEncodedSegment(videoRendition(context, FILM), 2, fewer);
    expect((await problemOf(buffer(stream))).type).to.equal('damaged-media');
  });

  it('break if the source does, and report its problem before the first byte', async () => {
    const rendition = videoRendition(context, { ...FILM, seconds: 30, lengths: [30] });
    const failing = (bytes: number) => ({ ...context, access: breakingAfter(context.access, bytes) });
    expect((await problemOf(openEncodedSegment(rendition, 0, failing(100_000)))).type).to.equal(
      'source-unavailable',
    );
    // The film has 22 MB.
    const stream = await openEncodedSegment(rendition, 0, failing(12_000_000));
    expect((await problemOf(buffer(stream))).type).to.equal('source-unavailable');
  });

  for (const [program, type] of [
    ['exit 1', 'damaged-media'],
    ['kill -KILL $$', 'internal'],
  ] as const) {
    it(`answer with ${type} where ffmpeg does no more than "${program}"`, async () => {
      const path = join(folder, type);
      await writeFile(path, `#!/bin/bash\n${program}\n`);
      await chmod(path, 0o755);
      const failing = { ...context, engine: createEngine(path, ROOMY) };
      for (const rendition of [
        videoRendition(context, FILM),
        audioRendition(context, { seconds: 7, sampleRate: 48_000 }),
      ]) {
        expect((await problemOf(openEncodedSegment(rendition, 2, failing))).type).to.equal(type);
      }
      expect((await problemOf(encodedInit(videoRendition(context, FILM), failing))).type).to.equal(type);
    });
  }

  it('leave no process behind when their reader goes, nor when they are stopped', async () => {
    const rendition = videoRendition(context, { ...FILM, height: 720, lengths: [30], seconds: 30 });
    const left = await openEncodedSegment(rendition, 0, context);
    expect(await descendantsNamed(process.pid, 'ffmpeg')).to.have.length(1);
    left.destroy();
    await nothingRuns();

    const controller = new AbortController();
    const stopped = await openContext(DEMO, { signal: controller.signal });
    const stream = await openEncodedSegment(rendition, 0, stopped);
    controller.abort(sourceUnavailable());
    expect((await problemOf(buffer(stream))).type).to.equal('source-unavailable');
    await nothingRuns();
  });

  it('have init segments that are requested once, and of which a bounded number is cached', async () => {
    const rendition = videoRendition(context, FILM);
    const { recorded, context: recording } = await recordingDesk(DEMO);
    await encodedInit(rendition, recording);
    const [bytes = Buffer.alloc(0)] = recorded;
    let runs = 0;
    const engine: Engine = {
      async transcode() {
        runs++;
        return Readable.from([bytes], { objectMode: false });
      },
    };
    const counting = { ...context, engine };
    const ask = (level: number) =>
      encodedInit({ ...rendition, source: { ...rendition.source, level } }, counting);
    await ask(1);
    await ask(1);
    expect(runs).to.equal(1);
    for (let level = 2; level <= 66; level++) await ask(level);
    await ask(1);
    expect(runs).to.equal(67);
  });

  it('are refused if the rendition has none', async () => {
    const rendition = videoRendition(context, FILM);
    const failure = await openEncodedSegment(rendition, 99, context).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(RangeError);
    const grid = { frameTicks: 1, phaseTicks: 0 };
    const source = { kind: 'copy' as const, trackIndex: 0, cuts: [0, 1], iFrameCuts: [0], grid, parts: null };
    const copied: Rendition = { ...rendition, source };
    expect((await problemOf(openEncodedSegment(copied, 0, context))).type).to.equal('internal');
  });
});

/** A context that records ffmpeg's raw output, the newest last. */
async function recordingDesk(path: string): Promise<{ recorded: Buffer[]; context: SegmentContext }> {
  const context = await openContext(path);
  const recorded: Buffer[] = [];
  const engine: Engine = {
    async transcode(...args) {
      const bytes = await buffer(await context.engine.transcode(...args));
      recorded.push(bytes);
      return Readable.from([bytes], { objectMode: false });
    },
  };
  return { recorded, context: { ...context, engine } };
}

/** Returns the decoder configuration in an audio init segment. */
async function configOf(bytes: Buffer): Promise<string | undefined> {
  const { sampleEntry } = await readStream(Readable.from([bytes]));
  const at = sampleEntry.indexOf('esds', 'latin1');
  // The decoder's own descriptor, whose length takes four bytes.
  return /0580808005([0-9a-f]{10})/.exec(sampleEntry.toString('hex', at))?.[1];
}

/** Makes the source fail after so many streamed bytes. */
function breakingAfter(access: SegmentContext['access'], bytes: number): SegmentContext['access'] {
  let left = bytes;
  return {
    ...access,
    stream(range) {
      const chunks = async function* () {
        for await (const chunk of access.stream(range) as AsyncIterable<Uint8Array>) {
          left -= chunk.byteLength;
          if (left < 0) throw sourceUnavailable();
          yield chunk;
        }
      };
      return Readable.from(chunks(), { objectMode: false });
    },
  };
}

async function nothingRuns(): Promise<void> {
  while ((await descendantsNamed(process.pid, 'ffmpeg')).length > 0) await delay(20);
}
