import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { box } from '../../../functions/stream/media/boxes/write-box.ts';
import { describeMovie } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import {
  type MoviePacketsOptions,
  moviePackets,
  movieRemuxObstacle,
} from '../../../functions/stream/media/isobmff/sample-packets.ts';
import { writeFragmentedMp4 } from '../../../functions/stream/media/isobmff/write-fragmented.ts';
import type { Packet, PacketTrack } from '../../../functions/stream/media/model/packets.ts';
import type { RandomAccess } from '../../../functions/stream/source/bytes.ts';
import { bytesAccess, corpusAccess } from '../../../testing/file-access.ts';
import { avc1, movieFile, soundEntry, type TrackSpec, videoEntry } from '../../../testing/movie-file.ts';
import { corpusDirectory, needs } from '../../../testing/needs.ts';
import { problemOf } from '../../../testing/problem.ts';
import { probedPackets } from '../../../testing/verify.ts';

const run = promisify(execFile);
const whole = { startSeconds: 0, durationSeconds: null };

async function tracksOf(
  file: RandomAccess,
  options: Partial<MoviePacketsOptions> = {},
): Promise<PacketTrack[]> {
  const movie = await readMovie(file);
  if (movie === null) throw new Error('The file is no movie.');
  return moviePackets(movie, file, {
    ...whole,
    trackIndexes: movie.tracks.map(({ index }) => index),
    ...options,
  });
}

async function packetsOf(track: PacketTrack | undefined): Promise<Packet[]> {
  const packets: Packet[] = [];
  for await (const packet of track?.packets ?? []) packets.push(packet);
  return packets;
}

/** Returns when a packet is shown, in milliseconds of the presentation. */
const shownAt = (track: PacketTrack | undefined, { pts }: Packet) =>
  Math.round(1000 * ((track?.delaySeconds ?? 0) + (pts - (track?.mediaTime ?? 0)) / (track?.timescale ?? 1)));

const film: TrackSpec = {
  sizes: [50, 10, 10, 30, 10, 10, 40, 10],
  compositionOffsets: [40, 80, 0, 40, 80, 0, 40, 40],
  sync: [1, 4, 7],
  edits: [{ duration: 320, mediaTime: 40 }],
};
const audio: TrackSpec = { handler: 'soun', sizes: Array<number>(16).fill(9), duration: 20 };

describe('the packets of a movie', () => {
  it('have the bytes and the times of the source', async () => {
    const bytes = movieFile({ tracks: [film] });
    const [track] = await tracksOf(bytesAccess(bytes));
    const packets = await packetsOf(track);
    expect(track).to.deep.include({
      kind: 'video',
      timescale: 1000,
      mediaTime: 40,
      delaySeconds: 0,
      durationTicks: 320,
    });
    expect(packets.map(({ dts }) => dts)).to.deep.equal([0, 40, 80, 120, 160, 200, 240, 280]);
    expect(packets.map(({ pts }) => pts)).to.deep.equal([40, 120, 80, 160, 240, 200, 280, 320]);
    expect(packets.map(({ isSync }) => Number(isSync))).to.deep.equal([1, 0, 0, 1, 0, 0, 1, 0]);
    expect(packets.every(({ duration }) => duration === 40)).to.equal(true);
    const media = bytes.indexOf('mdat', 0, 'latin1') + 4;
    expect(Buffer.concat(packets.map(({ data }) => data))).to.deep.equal(bytes.subarray(media, media + 170));
  });

  it('carry the sample entry as it stands, hev1 as hvc1', async () => {
    const entry = avc1();
    const [track] = await tracksOf(bytesAccess(movieFile({ tracks: [{ ...film, entries: [entry] }] })));
    expect(Buffer.from(track?.sampleEntry ?? [])).to.deep.equal(entry);
    const hevc = (type: string) => videoEntry(type, [854, 480], box('hvcC', Buffer.alloc(23)), box('dvcC'));
    const [renamed] = await tracksOf(
      bytesAccess(movieFile({ tracks: [{ ...film, entries: [hevc('hev1')] }] })),
    );
    expect(Buffer.from(renamed?.sampleEntry ?? [])).to.deep.equal(hevc('hvc1'));
  });

  it('keep a delay', async () => {
    const late = {
      ...film,
      edits: [
        { duration: 500, mediaTime: -1 },
        { duration: 320, mediaTime: 40 },
      ],
    };
    const [video, audios] = await tracksOf(bytesAccess(movieFile({ tracks: [late, audio] })));
    expect(video).to.include({ delaySeconds: 0.5, mediaTime: 40 });
    expect(audios).to.include({ delaySeconds: 0, mediaTime: 0 });
  });

  const CUTS: readonly (readonly [start: number, first: number, firstShown: number])[] = [
    [0, 0, 0],
    [0.04, 0, -40],
    [0.119, 0, -119],
    [0.12, 3, 0],
    [0.2, 3, -80],
    [0.25, 6, -10],
  ];
  for (const [startSeconds, first, firstShown] of CUTS) {
    it(`begin at the key frame at or before ${startSeconds} s, shown at ${firstShown} ms`, async () => {
      const file = bytesAccess(movieFile({ tracks: [film, audio] }));
      const [video, audios] = await tracksOf(file, { startSeconds });
      const [packet, ...rest] = await packetsOf(video);
      expect(packet?.data.length).to.equal(film.sizes[first]);
      expect(packet?.isSync).to.equal(true);
      expect(packet?.dts).to.equal(0);
      expect(rest).to.have.length(film.sizes.length - first - 1);
      expect(packet && shownAt(video, packet)).to.equal(firstShown);
      const heard = await packetsOf(audios);
      const onTime = heard.filter((candidate) => shownAt(audios, candidate) <= 0);
      expect(onTime.length, 'audio at the start').to.be.at.least(1);
      // Only the decoder needs the frames before: two of AAC are 43 ms here.
      expect(onTime.length).to.be.at.most(4);
    });
  }

  it('end after the requested stretch', async () => {
    const file = bytesAccess(movieFile({ tracks: [film, audio] }));
    const [video, audios] = await tracksOf(file, { startSeconds: 0.12, durationSeconds: 0.1 });
    expect(video?.durationTicks).to.equal(100);
    expect(audios?.durationTicks).to.equal(100);
    const shown = (await packetsOf(video)).map((packet) => shownAt(video, packet));
    expect(shown.filter((time) => time < 100).sort((a, b) => a - b)).to.deep.equal([0, 40, 80]);
    const last = (await packetsOf(audios)).at(-1);
    expect(last && shownAt(audios, last)).to.equal(80);
  });

  it('of 80 ms of Opus come before the start', async () => {
    const opus = { ...audio, entries: [soundEntry('Opus', { channels: 2, sampleRate: 48_000 })] };
    const [track] = await tracksOf(bytesAccess(movieFile({ tracks: [opus] })), { startSeconds: 0.2 });
    const [packet] = await packetsOf(track);
    expect(packet && shownAt(track, packet)).to.equal(-80);
  });

  it('count from the beginning of a recording of a live stream', async function () {
    needs(this, 'corpus');
    const [video, audios] = await tracksOf(corpusAccess('fmp4/media__sample_fragmented.mp4'));
    const [iFrame] = await packetsOf(video);
    const [heard] = await packetsOf(audios);
    expect(iFrame && shownAt(video, iFrame)).to.equal(67);
    expect(heard && shownAt(audios, heard)).to.equal(0);
  });

  it('end in a Problem if the file is cut off', async () => {
    const bytes = movieFile({ tracks: [film] });
    const file: RandomAccess = {
      sizeBytes: bytes.length,
      read: async (start, end) => bytes.subarray(start, end - start === 40 ? end - 1 : end),
    };
    const [track] = await tracksOf(file);
    expect((await problemOf(packetsOf(track))).type).to.equal('damaged-media');
  });
});

describe('a movie of the corpus, repackaged, as ffmpeg reads it', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-packets-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const FILES: readonly (readonly [name: string, tracks: number])[] = [
    ['mp4/big-buck-bunny__bbb-480p-30s.mp4', 2],
    ['mp4/media__8k24fps_300ms.mp4', 2],
    ['mp4/media__bbb_800x640_768kbps_30fps_vp9.mp4', 1],
    ['mp4/media__hlg10-color-test.mp4', 2],
    ['mp4/media__sample_av1.mp4', 2],
    ['mp4/media__sample_without_stss.mp4', 1],
    ['mp4/mediabunny__cursed-vfr.mp4', 1],
    ['mp4/mediabunny__edts.mp4', 2],
    ['mp4/mediabunny__multiple-aac-tracks.mp4', 2],
    ['mp4/mediabunny__rotate-buck-bunny.mp4', 2],
    ['mp4/mediabunny__video-h265.mp4', 2],
    ['mp4/mediabunny__video.mp4', 2],
    ['mp4/torchcodec__h265_10bits.mp4', 1],
    ['mp4/torchcodec__nasa_13013.mp4', 4],
    ['fmp4/media__sample.video.mp4', 1],
    ['fmp4/media__sample_fragmented.mp4', 2],
    ['fmp4/media__sample_fragmented_seekable_multiple_sidx.mp4', 1],
    ['fmp4/shaka-player__video_144p_108k_h264.mp4', 1],
    ['fmp4/web-platform-t__test.mp4', 2],
    ['audio/audio-lena__lena.m4a', 1],
  ];
  for (const [name, count] of FILES) {
    it(`the same packets at the same times: ${name}`, async function () {
      needs(this, 'corpus', 'ffmpeg');
      this.timeout(20_000);
      const file = corpusAccess(name);
      const movie = await readMovie(file);
      if (movie === null) throw new Error('The file is no movie.');
      const media = describeMovie(movie);
      const trackIndexes = media.tracks
        .map(({ index }) => index)
        .filter((index) => movieRemuxObstacle(movie, index) === null);
      expect(trackIndexes).to.have.length(count);
      const path = join(directory, 'out.mp4');
      await writeFile(path, writeFragmentedMp4(moviePackets(movie, file, { ...whole, trackIndexes })));
      const source = await probedPackets(`${corpusDirectory}/${name}`);
      const result = await probedPackets(path);
      for (const [i, index] of trackIndexes.entries()) {
        expect(result.get(i), `track ${index}`).to.deep.equal(source.get(index));
      }
      expect(await firstSeconds(path)).to.equal('');
    });
  }
});

/** Returns ffmpeg's complaints while it decodes. */
async function firstSeconds(path: string): Promise<string> {
  const args = ['-v', 'error', '-i', path, '-t', '1', '-vsync', 'passthrough', '-f', 'null', '-'];
  return (await run('/usr/bin/ffmpeg', args)).stderr;
}
