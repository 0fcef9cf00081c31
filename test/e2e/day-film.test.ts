import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { childBoxes } from '../../functions/stream/media/boxes/boxes.ts';
import { readMovie } from '../../functions/stream/media/isobmff/movie.ts';
import {
  DAY_AUDIO_SAMPLES,
  DAY_FRAME_RATE,
  DAY_SECONDS,
  DAY_VIDEO_SAMPLES,
  makeDayFilm,
  UNIT_SECONDS,
} from '../../testing/day-film.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { fragmentTimes } from '../../testing/fragment-times.ts';
import { needs } from '../../testing/needs.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { mostResidentMegabytes, peakOfDescendants } from '../../testing/rss.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);

/** Of the function's memory, by default. */
const MOST_MEGABYTES = 768;
/** The index alone has 80, of which ffmpeg makes 390. */
const MOST_MEGABYTES_OF_FFMPEG = 150;

describe('a film of 24 hours of 60 frames a second', function () {
  this.timeout(600_000);
  let media: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-day-'));
    await makeDayFilm(media, 'day.mp4', 'unit.mp4');
    service = await startService({ MEDIA_DIR: media }, { maxInstances: 1 });
  });

  after(async () => {
    await service?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  const get = async (path: string) => {
    const response = await fetch(service.url + path);
    expect(response.status, path).to.be.oneOf([200, 206]);
    return Buffer.from(await response.arrayBuffer());
  };

  const runtime = () => service.instances()[0]?.pid ?? Number.NaN;

  it('is probed, listed, cut and passed on within bounded memory', async () => {
    const times: string[] = [];
    const timed = async <T>(what: string, work: () => Promise<T>) => {
      const start = performance.now();
      const result = await work();
      times.push(`${what} ${((performance.now() - start) / 1000).toFixed(2)} s`);
      return result;
    };
    const info = JSON.parse((await timed('/info', () => get('/info/day.mp4'))).toString());
    expect(info.media?.durationSeconds ?? info.durationSeconds).to.be.closeTo(DAY_SECONDS, 0.1);

    const master = readMaster((await timed('master', () => get('/hls/day.mp4/master.m3u8'))).toString());
    expect(master.variants[0]?.uri).to.equal('copy/index.m3u8');
    await timed('manifest', () => get('/dash/day.mp4/manifest.mpd'));
    expect(DAY_VIDEO_SAMPLES + DAY_AUDIO_SAMPLES).to.equal(9_234_000);
    for (const [id, perSecond] of [
      ['copy', DAY_FRAME_RATE],
      ['audio-0', 48_000 / 1024],
    ] as const) {
      const text = await timed(`${id} playlist`, () => get(`/hls/day.mp4/${id}/index.m3u8`));
      const { segments } = readMedia(text.toString());
      const init = await readMovie(bytesAccess(await get(`/hls/day.mp4/${id}/${segments[0]?.map.uri}`)));
      const { timescale = Number.NaN } = init?.tracks[0] ?? {};
      let before = 0;
      const looks = [0, Math.floor(segments.length / 2), segments.length - 1];
      for (const [index, { uri, duration }] of segments.entries()) {
        if (looks.includes(index)) {
          const bytes = await timed(`${id} ${index}`, () => get(`/hls/day.mp4/${id}/${uri}`));
          const parts = fragmentTimes(bytes);
          // Decoding is ahead of what is shown, and audio needs packets before what is heard.
          expect((parts[0]?.decodeTime ?? Number.NaN) / timescale).to.be.closeTo(before, 0.1);
          const samples = parts.reduce((sum, part) => sum + part.samples.length, 0);
          expect(samples).to.be.closeTo(duration * perSecond, 3);
        }
        before += duration;
      }
      expect(before).to.be.closeTo(DAY_SECONDS, 0.1);
    }
    const whole = await fetch(`${service.url}/stream/day.mp4`, { headers: { range: 'bytes=0-999' } });
    expect(whole.headers.get('sluice-plan')).to.match(/^passthrough/);
    await whole.arrayBuffer();

    const peak = await mostResidentMegabytes(runtime());
    console.log(`      ${DAY_VIDEO_SAMPLES} + ${DAY_AUDIO_SAMPLES} samples: ${times.join(', ')}`);
    console.log(`      peak RSS of the runtime ${Math.round(peak)} MB`);
    expect(peak).to.be.below(MOST_MEGABYTES);
  });

  /** Returns hashes of the decoded frames of one stream. */
  async function framesOf(bytes: Uint8Array, stream: string): Promise<string[]> {
    const file = join(media, 'answer');
    await writeFile(file, bytes);
    const args = ['-v', 'error', '-i', file, '-map', `0:${stream}`, '-f', 'framemd5', '-'];
    const { stdout } = await run('/usr/bin/ffmpeg', args);
    return [...stdout.matchAll(/^0,.* (\w+)$/gm)].map(([, hash = '']) => hash);
  }

  it('is transcoded from anywhere within bounded memory, as its repeated unit is', async () => {
    const told: string[] = [];
    let peak = 0;
    for (const query of ['height=240&format=mp4&duration=1', 'format=mp3&duration=1']) {
      const short = await get(`/stream/unit.mp4?${query}&start=3.5`);
      for (const units of [5_400, 10_790]) {
        const start = units * UNIT_SECONDS + 3.5;
        let long = Buffer.alloc(0);
        const from = performance.now();
        let first = 0;
        const megabytes = await peakOfDescendants(runtime(), 'ffmpeg', async () => {
          const response = await fetch(`${service.url}/stream/day.mp4?${query}&start=${start}`);
          first = performance.now() - from;
          expect(response.status).to.equal(200);
          long = Buffer.from(await response.arrayBuffer());
        });
        peak = Math.max(peak, megabytes);
        told.push(`${query} at ${start} ${(first / 1000).toFixed(2)} s`);
        for (const stream of query.includes('mp4') ? ['v:0', 'a:0'] : ['a:0']) {
          const frames = await framesOf(long, stream);
          expect(frames.length, `${query}, ${stream} at ${start}`).to.be.at.least(38);
          if (stream === 'v:0') expect(frames).to.deep.equal(await framesOf(short, stream));
        }
      }
    }
    console.log(`      first bytes: ${told.join(', ')}`);
    console.log(`      peak RSS of ffmpeg ${Math.round(peak)} MB`);
    expect(peak).to.be.within(10, MOST_MEGABYTES_OF_FFMPEG);
  });

  it('has the encoded segments of its repeated unit', async () => {
    // The last four seconds of the unit.
    const short = mediaOf(await get('/hls/unit.mp4/240p/2.m4s'));
    expect(short.length).to.be.above(10_000);
    const peak = await peakOfDescendants(runtime(), 'ffmpeg', async () => {
      for (const index of [10_800, 21_600]) {
        const long = mediaOf(await get(`/hls/day.mp4/240p/${index}.m4s`));
        expect(long.equals(short), `segment ${index}`).to.equal(true);
      }
    });
    console.log(`      peak RSS of ffmpeg for a segment ${Math.round(peak)} MB`);
    expect(peak).to.be.within(10, MOST_MEGABYTES_OF_FFMPEG);
  });
});

/** The samples of all fragments. */
function mediaOf(segment: Buffer): Buffer {
  const boxes = [...childBoxes(segment, 0, segment.length)].filter(({ type }) => type === 'mdat');
  return Buffer.concat(boxes.map(({ body, end }) => segment.subarray(body, end)));
}
