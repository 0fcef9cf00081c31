import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readMovie } from '../../functions/stream/media/isobmff/movie.ts';
import {
  DAY_AUDIO_SAMPLES,
  DAY_FRAME_RATE,
  DAY_SECONDS,
  DAY_VIDEO_SAMPLES,
  makeDayFilm,
} from '../support/day-film.ts';
import { bytesAccess } from '../support/file-access.ts';
import { fragmentTimes } from '../support/fragment-times.ts';
import { needs } from '../support/needs.ts';
import { readMaster, readMedia } from '../support/playlists.ts';
import { type Service, startService } from '../support/service.ts';

/** Of the function's memory, by default. */
const MOST_MEGABYTES = 768;

describe('a film of 24 hours of 60 frames a second', function () {
  this.timeout(600_000);
  let media: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-day-'));
    await makeDayFilm(media, 'day.mp4');
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

  it('is told, listed, cut and passed on within bounded memory', async () => {
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
          // Decoding is ahead of what is shown, and so is what a decoder needs to have heard.
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

    const [instance] = service.instances();
    const status = await readFile(`/proc/${instance?.pid}/status`, 'utf8');
    const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    console.log(`      ${DAY_VIDEO_SAMPLES} + ${DAY_AUDIO_SAMPLES} samples: ${times.join(', ')}`);
    console.log(`      peak RSS of the runtime ${Math.round(peak)} MB`);
    expect(peak).to.be.below(MOST_MEGABYTES);
  });
});
