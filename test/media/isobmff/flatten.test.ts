import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { remux } from '../../../functions/stream/media/cuts/remux.ts';
import { describeMovie, tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { flatten } from '../../../functions/stream/media/isobmff/flatten.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import {
  appendLog,
  createSampleLog,
  logSamples,
  logText,
  parseLog,
} from '../../../functions/stream/media/isobmff/sample-log.ts';
import { timelineOf } from '../../../functions/stream/media/isobmff/timeline.ts';
import { flatHead, secondsOf } from '../../../functions/stream/media/isobmff/write-flat.ts';
import { writeFragmentedMp4 } from '../../../functions/stream/media/isobmff/write-fragmented.ts';
import { openContext } from '../../../testing/encoded.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { mp4a } from '../../../testing/movie-file.ts';
import { corpusDirectory, needs } from '../../../testing/needs.ts';
import { IMAGE_CODECS } from '../../../testing/packet-track.ts';
import { problemOf } from '../../../testing/problem.ts';
import { pattern } from '../../../testing/sources.ts';
import { probedPackets } from '../../../testing/verify.ts';

const HEAD = { ...IMAGE_CODECS, mediaTime: 80 };
const AUDIO: typeof HEAD = { ...HEAD, kind: 'audio', sampleEntry: mp4a(), width: 0, height: 0, mediaTime: 0 };

/** Yields packets of 40 ticks with a keyframe every 25, the frames among them reordered. */
async function* packets(count: number, isVideo: boolean) {
  for (let i = 0; i < count; i++) {
    const dts = i * 40;
    const pts = isVideo ? dts + 40 * (i % 3) + 40 : dts;
    yield { data: pattern(10 + (i % 7), i), dts, pts, duration: 40, isSync: !isVideo || i % 25 === 0 };
  }
}

async function flat(fragmented: AsyncIterable<Uint8Array>) {
  const { logs, media } = await flatten(fragmented);
  const parts: Uint8Array[] = [];
  for await (const part of media) parts.push(part);
  const body = Buffer.concat(parts);
  return { logs, body, file: Buffer.concat([flatHead(logs, body.length), body]) };
}

async function movieIn(bytes: Buffer) {
  const movie = await readMovie(bytesAccess(bytes));
  if (movie === null) throw new Error('What was written is no movie.');
  return movie;
}

describe('an MP4 whose fragments are taken off', function () {
  this.timeout(30_000);

  it("has each sample at its index's offset, with its times", async () => {
    const tracks = [
      { ...HEAD, packets: packets(60, true) },
      { ...AUDIO, delaySeconds: 0.5, packets: packets(70, false) },
    ];
    const { file } = await flat(writeFragmentedMp4(tracks));
    const movie = await movieIn(file);
    expect(movie.moovAtEnd).to.equal(false);
    expect(movie.fragments).to.equal(null);
    for (const [index, count] of [
      [0, 60],
      [1, 70],
    ] as const) {
      const track = movie.tracks[index];
      const table = track && tableOf(movie, track);
      if (!track || !table) throw new Error('A track is missing.');
      expect(table.count).to.equal(count);
      let i = 0;
      for await (const { data, dts, pts, isSync } of packets(count, index === 0)) {
        const at = table.offsets.at(i);
        expect(file.subarray(at, at + data.length).equals(data), `sample ${i}`).to.equal(true);
        expect(table.sizes.at(i)).to.equal(data.length);
        expect(table.decodeTimes.at(i)).to.equal(dts);
        expect(table.compositionOffsets.at(i)).to.equal(pts - dts);
        expect(table.sync.at(i)).to.equal(isSync ? 1 : 0);
        i++;
      }
      const { delaySeconds, mediaTime, durationTicks } = timelineOf(movie, track);
      expect({ delaySeconds, mediaTime }).to.deep.equal(
        index === 0 ? { delaySeconds: 0, mediaTime: 80 } : { delaySeconds: 0.5, mediaTime: 0 },
      );
      // The film hides samples before its media time, and shows the last one 80 ticks late.
      expect(durationTicks).to.equal(index === 0 ? 60 * 40 + 120 - 80 : 70 * 40);
    }
    expect(describeMovie(movie).durationSeconds).to.equal(3.3);
  });

  it('tells the length that its head claims, to the sample', () => {
    const log = createSampleLog({ ...AUDIO, durationTicks: 55 });
    logSamples(log, 0, [{ dts: 0, pts: 0, duration: 40, sizeBytes: 4, isSync: true }]);
    expect(secondsOf(log)).to.equal(0.055);
  });

  it('goes on in another part of the media, and is stored as text in between', async () => {
    const whole = createSampleLog(HEAD);
    const [one, two] = [createSampleLog(HEAD), createSampleLog(HEAD)];
    const samples = [];
    for await (const { data, ...times } of packets(50, true)) {
      samples.push({ ...times, sizeBytes: data.length });
    }
    let at = 0;
    for (const half of [samples.slice(0, 25), samples.slice(25)]) {
      at = logSamples(whole, at, half);
    }
    const oneBytes = logSamples(one, 0, samples.slice(0, 25));
    logSamples(two, 0, samples.slice(25));
    const read = parseLog(logText(one));
    appendLog(read, parseLog(logText(two)), oneBytes);
    expect(read).to.deep.equal(whole);
    expect(flatHead([read], at).equals(flatHead([whole], at))).to.equal(true);
  });

  it('has wide offsets beyond 4 GiB, and a wide mdat', async () => {
    const log = createSampleLog(HEAD);
    const times = { dts: 0, pts: 0, duration: 40, isSync: true };
    logSamples(log, 0, [{ ...times, sizeBytes: 2 ** 32 - 1 }]);
    logSamples(log, 2 ** 32 - 1, [{ ...times, dts: 40, pts: 40, sizeBytes: 10 }]);
    const head = flatHead([log], 2 ** 32 + 9);
    expect(head.includes('co64')).to.equal(true);
    expect(head.subarray(-16, -8).toString('hex')).to.equal(`00000001${Buffer.from('mdat').toString('hex')}`);
    expect(Number(head.readBigUInt64BE(head.length - 8))).to.equal(2 ** 32 + 9 + 16);
    const at = head.indexOf('co64');
    expect(Number(head.readBigUInt64BE(at + 12))).to.equal(head.length);
    expect(Number(head.readBigUInt64BE(at + 20))).to.equal(head.length + 2 ** 32 - 1);
  });

  it('is refused if it is none, or empty', async () => {
    const nothing = async function* (...parts: Buffer[]) {
      yield* parts;
    };
    expect((await problemOf(flatten(nothing()))).type).to.equal('damaged-media');
    expect((await problemOf(flatten(nothing(Buffer.from('no box at all'))))).type).to.equal('damaged-media');
    expect(() => flatHead([createSampleLog(HEAD)], 0)).to.throw('nothing');
  });

  it('is to Debian’s ffprobe the packets of the source, at their times', async function () {
    needs(this, 'corpus', 'ffmpeg');
    const path = join(corpusDirectory, 'mp4/big-buck-bunny__bbb-480p-30s.mp4');
    const { probed, access, signal } = await openContext(path);
    const tracks = probed.media.tracks.map(({ index }) => index);
    const options = { tracks, startSeconds: 0, durationSeconds: null };
    const { file } = await flat(remux(probed, access as never, options, signal));
    const folder = await mkdtemp(join(tmpdir(), 'sluice-flat-'));
    const output = join(folder, 'flat.mp4');
    await writeFile(output, file);
    try {
      expect([...(await probedPackets(output))]).to.deep.equal([...(await probedPackets(path))]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
