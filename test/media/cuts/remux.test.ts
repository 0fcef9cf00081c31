import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  type ContainerPacketsOptions,
  containerPackets,
  remuxObstacle,
} from '../../../functions/stream/media/cuts/remux.ts';
import { openContainer } from '../../../functions/stream/media/demux/mediabunny.ts';
import { writeFragmentedMp4 } from '../../../functions/stream/media/isobmff/write-fragmented.ts';
import type { PacketTrack } from '../../../functions/stream/media/model/packets.ts';
import { corpusDirectory, needs } from '../../../testing/needs.ts';
import { problemOf } from '../../../testing/problem.ts';

const run = promisify(execFile);
const { signal } = new AbortController();

async function open(path: string) {
  const bytes = await readFile(path);
  const read = async (start: number, end: number) => bytes.subarray(start, end);
  const container = await openContainer({ sizeBytes: bytes.length, read }, signal);
  if (!container) throw new Error(`${path} cannot be opened.`);
  return container;
}

async function remuxFile(path: string, options: ContainerPacketsOptions): Promise<Buffer> {
  const container = await open(path);
  try {
    const parts: Uint8Array[] = [];
    for await (const part of writeFragmentedMp4(await containerPackets(container, options))) parts.push(part);
    return Buffer.concat(parts);
  } finally {
    container.close();
  }
}

/** Returns the sorted presentation times of each stream's packets. */
async function timesOf(path: string, streams: readonly number[]): Promise<number[][]> {
  const args = ['-v', 'error', '-show_entries', 'packet=stream_index,pts_time', '-of', 'json', path];
  const { stdout } = await run('/usr/bin/ffprobe', args, { maxBuffer: 2 ** 26 });
  const { packets } = JSON.parse(stdout) as { packets: { stream_index: number; pts_time: string }[] };
  return streams.map((stream) =>
    packets
      .flatMap((packet) => (packet.stream_index === stream ? [Number(packet.pts_time)] : []))
      .sort((a, b) => a - b),
  );
}

/** Hashes the first seconds' decoded frames, without their times, and the decoder's complaints. */
async function framesOf(path: string, map: string): Promise<string> {
  const args = [
    '-v',
    'error',
    '-t',
    '5',
    '-i',
    path,
    '-map',
    map,
    '-vsync',
    'passthrough',
    '-f',
    'framehash',
    '-hash',
    'md5',
    '-',
  ];
  const { stdout, stderr } = await run('/usr/bin/ffmpeg', args, { maxBuffer: 2 ** 26 });
  const hashes = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return [stderr, ...hashes.map((line) => line.split(',').at(-1)?.trim())].join('\n');
}

describe('containerPackets', function () {
  this.timeout(60_000);
  let folder = '';
  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-packets-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  /**
   * Encodes, once, films that the corpus lacks: B-frames, odd rates, and clocks that do not begin at zero.
   */
  async function make(name: string, ...coding: string[]): Promise<string> {
    const path = join(folder, name);
    const video = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=24000/1001:d=4'];
    const audio = ['-f', 'lavfi', '-i', 'sine=d=4'];
    await run('/usr/bin/ffmpeg', ['-v', 'error', '-y', ...video, ...audio, ...coding, path]);
    return path;
  }

  const corpus = (name: string) => async () => `${corpusDirectory}/${name}`;
  const x265 = ['-c:v', 'libx265', '-x265-params', 'log-level=error:keyint=48'];
  const files: readonly [string, () => Promise<string>, readonly number[]][] = [
    ['H.264 and AAC in MPEG-TS', corpus('ts/mediabunny__0.ts'), [0, 1]],
    ['H.264 with start codes in Matroska', corpus('mkv/mediabunny__annex-b-avc.mkv'), [0]],
    ['H.264 with B-frames in Matroska', corpus('mkv/media__sample_with_ass_subtitles.mkv'), [0]],
    ['AV1 in Matroska', corpus('mkv/torchcodec__av1_video.mkv'), [0]],
    ['VP9 in WebM', corpus('webm/media__bbb_642x642_768kbps_30fps_vp9.webm'), [0]],
    ['FLAC', corpus('audio/audio-lena__lena.flac'), [0]],
    [
      '23.976 fps with B-frames in Matroska',
      () => make('a.mkv', '-c:v', 'libx264', '-bf', '3', '-c:a', 'aac'),
      [0, 1],
    ],
    ['HEVC in MPEG-TS', () => make('b.ts', ...x265, '-c:a', 'aac'), [0, 1]],
    ['HEVC and FLAC in Matroska', () => make('c.mkv', ...x265, '-c:a', 'flac'), [0, 1]],
    [
      'a recording that begins at an hour',
      () => make('d.mkv', '-c:v', 'libx264', '-c:a', 'aac', '-output_ts_offset', '3600'),
      [0, 1],
    ],
  ];
  for (const [name, path, trackIndexes] of files) {
    it(`${name}: the same frames at the same times`, async () => {
      const source = await path();
      const result = join(folder, 'out.mp4');
      await writeFile(result, await remuxFile(source, { trackIndexes }));
      const [was, is] = [await timesOf(source, trackIndexes), await timesOf(result, trackIndexes)];
      const shift = Math.min(...was.flat()) - Math.min(...is.flat());
      for (const [i, times] of was.entries()) {
        expect(is[i]?.length).to.equal(times.length);
        const worst = Math.max(...times.map((time, at) => Math.abs(time - shift - (is[i]?.[at] ?? 0))));
        expect(worst, 'seconds off').to.be.below(0.00101);
        expect(await framesOf(result, `0:${trackIndexes[i]}`)).to.equal(
          await framesOf(source, `0:${trackIndexes[i]}`),
        );
      }
    });
  }

  it("keeps the audio of Opus free of the decoder's delay", async () => {
    const source = `${corpusDirectory}/audio/audio-lena__lena.opus`;
    const result = join(folder, 'opus.mp4');
    await writeFile(result, await remuxFile(source, { trackIndexes: [0] }));
    const decode = async (path: string) => {
      const options = { encoding: 'buffer' as const, maxBuffer: 2 ** 26 };
      return (await run('/usr/bin/ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', '-'], options)).stdout;
    };
    const [was, is] = [await decode(source), await decode(result)];
    expect(is.length).to.be.at.least(was.length);
    expect(is.subarray(0, was.length).equals(was)).to.equal(true);
  });

  it('begins at the key frame before the start, and the audio with it', async () => {
    const source = await make('e.mkv', '-c:v', 'libx264', '-g', '24', '-c:a', 'aac');
    const container = await open(source);
    const [film, audio] = await containerPackets(container, {
      trackIndexes: [0, 1],
      startSeconds: 2.5,
      durationSeconds: 1,
    });
    container.close();
    // Keyframes lie at 0.023 (the audio's delay), 1.024, 2.025 and 3.026 s.
    expect(film?.delaySeconds).to.equal(0);
    expect(audio?.delaySeconds).to.be.closeTo(0, 1e-9);
    expect((audio?.mediaTime ?? 0) / 44100).to.be.within(0, 1024 / 44100);
    expect((film?.durationTicks ?? 0) / (film?.timescale ?? 1)).to.be.closeTo(1, 1e-4);
  });

  it('stops at the duration', async () => {
    const container = await open(`${corpusDirectory}/ts/mediabunny__0.ts`);
    const tracks = await containerPackets(container, { trackIndexes: [0, 1], durationSeconds: 1 });
    for (const track of tracks) {
      const last = await lastOf(track);
      const end = (last.dts + last.duration - track.mediaTime) / track.timescale + track.delaySeconds;
      expect(end).to.be.within(0.97, 1.04);
    }
    container.close();
  });

  it('refuses tracks that browsers do not play in MP4, and those that are not there', async () => {
    const container = await open(`${corpusDirectory}/mkv/media__sample_with_ass_subtitles.mkv`);
    for (const trackIndexes of [[2], [7]]) {
      expect((await problemOf(containerPackets(container, { trackIndexes }))).type).to.equal(
        'unsupported-media',
      );
    }
    container.close();
  });
});

async function lastOf(track: PacketTrack) {
  let last = null;
  for await (const packet of track.packets) last = packet;
  if (!last) throw new Error('The track has no packets.');
  return last;
}

describe('remuxObstacle', () => {
  const cases = [
    ['matroska', 'video', 'h264', null],
    ['webm', 'video', 'vp9', null],
    ['webm', 'video', 'vp8', 'vp8 in MP4 is not played by browsers'],
    ['matroska', 'audio', 'mp3', 'mp3 in MP4 is not played by browsers'],
    ['matroska', 'audio', 'ac3', null],
    ['matroska', 'audio', 'dts', 'dts in MP4 is not played by browsers'],
    ['matroska', 'subtitle', 'S_TEXT/ASS', 'subtitle tracks are not copied'],
    ['avi', 'video', 'h264', 'avi files are not repackaged'],
  ] as const;
  for (const [container, kind, codec, expected] of cases) {
    it(`${codec} in ${container}`, () => {
      expect(remuxObstacle(container, { kind, codec } as never)).to.equal(expected);
    });
  }
});
