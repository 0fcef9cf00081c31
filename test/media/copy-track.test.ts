import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { childBoxes, findBox } from '../../functions/stream/media/boxes/boxes.ts';
import { openCopyTrack } from '../../functions/stream/media/copy-track.ts';
import type { CopyTrack } from '../../functions/stream/media/model/copy-track.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { chosenCuts, copyTrack, cutTimes, openFile, segmentsOf } from '../../testing/copies.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { decode, ffmpeg, probedPackets } from '../../testing/verify.ts';

const corpus = directorySource(corpusDirectory);

/** Returns the start of each fragment of a segment, and the sum of its samples' durations. */
function fragmentTimes(bytes: Buffer): { start: number; ticks: number }[] {
  return [...childBoxes(bytes, 0, bytes.length)].flatMap((box) => {
    const tfdt = box.type === 'moof' ? findBox(bytes, box, 'traf', 'tfdt') : null;
    const trun = box.type === 'moof' ? findBox(bytes, box, 'traf', 'trun') : null;
    if (tfdt === null || trun === null) return [];
    let ticks = 0;
    for (let i = 0; i < bytes.readUInt32BE(trun.body + 4); i++)
      ticks += bytes.readUInt32BE(trun.body + 12 + i * 16);
    return [{ start: Number(bytes.readBigUInt64BE(tfdt.body + 4)), ticks }];
  });
}

function expectGapless(segments: readonly Buffer[]): void {
  const times = segments.flatMap(fragmentTimes);
  expect(times.length).to.be.at.least(segments.length);
  for (const [i, { start }] of times.entries()) {
    const before = times[i - 1];
    if (before) expect(start, `fragment ${i}`).to.equal(before.start + before.ticks);
  }
}

async function outOfOrder(track: CopyTrack, cuts: readonly number[]): Promise<Buffer[]> {
  const result: Buffer[] = [];
  for (let i = cuts.length - 2; i >= 0; i--)
    result.unshift(await buffer(await track.segment(cuts[i] ?? 0, cuts[i + 1] ?? 0, i + 1).open()));
  return result;
}

describe('segments that are copied, as ffmpeg reads them', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-copy-'));
  });
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  const FILES: readonly (readonly [name: string, track: number, seconds: number, segments: number])[] = [
    ['mp4/big-buck-bunny__bbb-480p-30s.mp4', 0, 4, 4],
    ['mp4/big-buck-bunny__bbb-480p-30s.mp4', 1, 4, 8],
    ['mp4/media__long_1080p_lowbitrate.mp4', 0, 4, 44],
    ['mp4/media__sample_without_stss.mp4', 0, 0, 30],
    ['mp4/mediabunny__cursed-vfr.mp4', 0, 0, 4],
    ['mp4/mediabunny__edts.mp4', 0, 0, 5],
    ['mp4/mediabunny__edts.mp4', 1, 1, 9],
    ['mp4/mediabunny__rotate-buck-bunny.mp4', 1, 1, 2],
    ['mp4/mediabunny__video-h265.mp4', 0, 4, 1],
    ['mp4/torchcodec__nasa_13013.mp4', 3, 4, 2],
    ['fmp4/media__sample_fragmented.mp4', 0, 4, 1],
    ['fmp4/media__sample_fragmented.mp4', 1, 0.3, 4],
    ['fmp4/media__sample_fragmented_seekable_multiple_sidx.mp4', 0, 0, 3],
    ['fmp4/shaka-player__video_144p_108k_h264.mp4', 0, 0, 17],
    ['fmp4/web-platform-t__test.mp4', 0, 0, 9],
    ['audio/audio-lena__lena.m4a', 0, 2, 7],
  ];
  for (const [name, trackIndex, seconds, count] of FILES) {
    it(`are the packets of the source, bit by bit: track ${trackIndex} of ${name}`, async function () {
      needs(this, 'corpus', 'ffmpeg');
      this.timeout(180_000);
      const opened = await openFile(corpus, name);
      const starts = opened.probed.media.tracks.map(({ startSeconds }) => startSeconds);
      // A recording of a live stream begins a day and a half after its own zero.
      const zeroSeconds = Math.min(...starts) > 100 ? Math.min(...starts) : 0;
      const track = await copyTrack({ ...opened, zeroSeconds }, trackIndex);
      const cuts = chosenCuts(track, seconds);
      const segments = await segmentsOf(track, cuts);
      expect(segments).to.have.length(count);
      expectGapless(segments);
      // A fresh instance writes the same bytes in another order.
      const other = await copyTrack(
        { ...(await openFile(corpus, name, zeroSeconds)), inspectsKeyframes: false },
        trackIndex,
      );
      expect(Buffer.concat(await outOfOrder(other, cuts)).equals(Buffer.concat(segments))).to.equal(true);
      const path = join(directory, 'out.mp4');
      await writeFile(path, Buffer.concat([track.init(), ...segments]));
      const source = await probedPackets(`${corpusDirectory}/${name}`);
      const wanted = source.get(trackIndex) ?? [];
      const isVideo = opened.probed.media.tracks.find(({ index }) => index === trackIndex)?.kind === 'video';
      expect((await probedPackets(path)).get(0)).to.deep.equal(isVideo ? fromZero(wanted) : wanted);
      expect((await decode(path)).complaints).to.equal('');
    });
  }
});

describe('segments that are copied out of Matroska, as ffmpeg reads them', () => {
  let directory = '';
  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    directory = await mkdtemp(join(tmpdir(), 'sluice-copy-mkv-'));
  });
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  const NTSC = 'testsrc2=s=320x180:r=30000/1001';
  const ENCODE = ['-f', 'lavfi', '-i', NTSC, '-t', '12', '-c:v', 'libx264', '-preset', 'veryfast'];
  const copyOf = (name: string) => ['-i', `${corpusDirectory}/${name}`, '-c', 'copy'];
  const FILES: readonly (readonly [
    string,
    readonly string[],
    track: number,
    seconds: number,
    segments: number,
  ])[] = [
    ['a film', copyOf('mp4/big-buck-bunny__bbb-480p-30s.mp4'), 0, 0, 5],
    ['six channels of audio', copyOf('mp4/big-buck-bunny__bbb-480p-30s.mp4'), 1, 4, 8],
    [
      '29.97 fps with many frames held back',
      [...ENCODE, '-x264-params', 'keyint=48:bframes=4:ref=5'],
      0,
      0,
      8,
    ],
    ['a variable frame rate', copyOf('mp4/mediabunny__cursed-vfr.mp4'), 0, 0, 4],
    ['audio alone', ['-f', 'lavfi', '-i', 'sine=r=44100', '-t', '12', '-c:a', 'aac'], 0, 2, 6],
  ];
  it('begin with frames of the declared size, much smaller than the segments', async function () {
    this.timeout(180_000);
    const path = join(directory, 'frames.mkv');
    const changing = NTSC.replace('testsrc2', 'mandelbrot');
    const coding = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '30', '-pix_fmt', 'yuv420p'];
    await ffmpeg('-f', 'lavfi', '-i', changing, '-t', '12', ...coding, path);
    const { cuts, iFrame } = await copyTrack(await openFile(directorySource(directory), 'frames.mkv'), 0);
    expect(cuts.count).to.equal(13);
    let [said, most, groups] = [0, 0, 0];
    for (let cut = 0; cut + 1 < cuts.count; cut++) {
      const { byteLength } = await buffer(await iFrame(cut, 1, 1).open());
      const bytes = cuts.keyframeBytes(cut) ?? 0;
      expect(bytes + 112).to.be.at.least(byteLength);
      said = Math.max(said, bytes);
      most = Math.max(most, byteLength);
      groups = Math.max(groups, cuts.bytesBefore(cut + 1) - cuts.bytesBefore(cut));
    }
    console.log(`        ${said} bytes said, ${most} needed, ${groups} in the largest group`);
    expect(said).to.be.below(1.6 * most);
    expect(said).to.be.below(groups / 2);
  });

  for (const [what, make, trackIndex, seconds, count] of FILES) {
    it(`are the packets of the source on an even grid: ${what}`, async function () {
      this.timeout(180_000);
      const path = join(directory, 'in.mkv');
      await ffmpeg(...make, path);
      const source = directorySource(directory);
      const track = await copyTrack(await openFile(source, 'in.mkv'), trackIndex);
      const cuts = chosenCuts(track, seconds);
      const segments = await segmentsOf(track, cuts);
      expect(segments).to.have.length(count);
      expectGapless(segments);
      const [first] = segments.flatMap(fragmentTimes);
      expect(first?.start, 'begins at its cut').to.equal(track.cuts.timeAt(0));
      const other = await copyTrack(
        { ...(await openFile(source, 'in.mkv')), inspectsKeyframes: false },
        trackIndex,
      );
      expect(Buffer.concat(await outOfOrder(other, cuts)).equals(Buffer.concat(segments))).to.equal(true);
      const output = join(directory, 'out.mp4');
      await writeFile(output, Buffer.concat([track.init(), ...segments]));
      const packets = (await probedPackets(path)).get(trackIndex) ?? [];
      const wanted = (what.includes('audio') ? packets : fromZero(packets)).map(parsePacket);
      const found = (await probedPackets(output)).get(0)?.map(parsePacket) ?? [];
      expect(found.map(({ rest }) => rest)).to.deep.equal(wanted.map(({ rest }) => rest));
      // Matroska rounds to milliseconds.
      for (const [i, { pts }] of found.entries())
        expect(pts, `packet ${i}`).to.be.closeTo(wanted[i]?.pts ?? Number.NaN, 1);
      expect((await decode(output)).complaints).to.equal('');
      if (trackIndex > 0 || what.includes('audio')) return;
      await writeFile(
        output,
        Buffer.concat([track.init(), await buffer(await track.iFrame(1, 9_000, 2).open())]),
      );
      const [iFrame, ...others] = (await probedPackets(output)).get(0)?.map(parsePacket) ?? [];
      expect(others).to.have.length(0);
      expect(iFrame?.rest).to.equal(found.find(({ pts }) => pts === iFrame?.pts)?.rest);
      expect((await decode(output)).complaints).to.equal('');
    });
  }

  it('are not offered of a file without an index', async () => {
    const path = join(directory, 'live.mkv');
    await ffmpeg(...copyOf('mp4/big-buck-bunny__bbb-480p-30s.mp4'), '-live', '1', path);
    const opened = await openFile(directorySource(directory), 'live.mkv');
    expect(await openCopyTrack({ ...opened, trackIndex: 0 })).to.deep.equal({
      whyNot: 'the file has no index of its keyframes',
    });
  });
});

describe('open groups of pictures', function () {
  this.timeout(180_000);
  let directory = '';
  before(async function () {
    needs(this, 'ffmpeg');
    directory = await mkdtemp(join(tmpdir(), 'sluice-open-gop-'));
  });
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  /** Encodes a keyframe each second, of which only those at 4 and 8 s are IDR pictures. */
  const encode = async (name: string, adapt: 0 | 1) => {
    const video = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24', '-t', '12', '-c:v', 'libx264'];
    const keys = ['-preset', 'veryfast', '-forced-idr', '1', '-force_key_frames', '4,8'];
    const x264 = `open-gop=1:keyint=24:bframes=3:b-adapt=${adapt}`;
    await ffmpeg(...video, ...keys, '-x264-params', x264, join(directory, name));
    return openFile(directorySource(directory), name);
  };

  it('are not cut if the index shows frames that lead up to a keyframe', async () => {
    const track = await copyTrack(await encode('leading.mp4', 0), 0);
    expect(cutTimes(track).map((time) => time / track.cuts.timescale)).to.deep.equal([0, 4, 8, 12]);
    const path = join(directory, 'out.mp4');
    const segments = await segmentsOf(track, [0, 1, 2, 3]);
    // Each segment can be decoded without those before it.
    for (const segment of segments) {
      await writeFile(path, Buffer.concat([track.init(), segment]));
      expect((await decode(path)).complaints).to.equal('');
    }
  });

  const LEFT_OUT: readonly (readonly [what: string, name: string, adapt: 0 | 1])[] = [
    ['the index does not show them all', 'some.mp4', 1],
    ['there is no index of times', 'leading.mkv', 0],
  ];
  for (const [what, name, adapt] of LEFT_OUT) {
    it(`are a reason not to cut if ${what}`, async () => {
      expect(await openCopyTrack({ ...(await encode(name, adapt)), trackIndex: 0 })).to.deep.equal({
        whyNot: 'decoding cannot begin at each of its keyframes',
      });
    });
  }
});

/** The decode times are our own: Matroska has none. */
/**
 * Shows the first frame from the presentation's zero on, which neither Matroska nor writers without edit
 * lists tell.
 */
function fromZero([first = '', ...others]: readonly string[]): string[] {
  const [pts = '', dts = '', ...rest] = first.split(' ');
  const ahead = Math.round((Number(dts) - Number(pts)) * 10) / 10;
  return [[0, ahead, ...rest].join(' '), ...others];
}

function parsePacket(packet: string): { pts: number; rest: string } {
  const [pts = '', , ...rest] = packet.split(' ');
  return { pts: Number(pts), rest: rest.join(' ') };
}
