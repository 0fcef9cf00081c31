import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DAY_AUDIO_SAMPLES, DAY_FRAME_RATE, DAY_SECONDS } from '../../testing/day-film.ts';
import { makeDayMatroska } from '../../testing/day-matroska.ts';
import { fragmentTimes } from '../../testing/fragment-times.ts';
import { needs } from '../../testing/needs.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { mostResidentMegabytes, peakOfDescendants } from '../../testing/rss.ts';
import { type Service, startService } from '../../testing/service.ts';
import { countDecoded } from '../../testing/verify.ts';

/** Of the function's memory, by default; and of ffmpeg, which reads the index of the keyframes alone. */
const MOST_MEGABYTES = { runtime: 768, ffmpeg: 150 };

describe('a Matroska file of 24 hours of 60 frames a second', function () {
  this.timeout(600_000);
  let media: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-day-'));
    await makeDayMatroska(media, 'day.mkv');
    service = await startService({ MEDIA_DIR: media }, { maxInstances: 1 });
  });

  after(async () => {
    await service?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  const get = async (path: string) => {
    const response = await fetch(service.url + path);
    expect(response.status, path).to.equal(200);
    return Buffer.from(await response.arrayBuffer());
  };
  const runtime = () => service.instances()[0]?.pid ?? Number.NaN;

  it('is told, listed, cut and transcoded within bounded memory', async () => {
    expect(DAY_AUDIO_SAMPLES).to.be.above(4_000_000);
    const info = JSON.parse((await get('/info/day.mkv')).toString());
    expect(info.media?.durationSeconds ?? info.durationSeconds).to.be.closeTo(DAY_SECONDS, 0.1);
    const master = readMaster((await get('/hls/day.mkv/master.m3u8')).toString());
    expect(master.variants[0]?.uri).to.equal('copy/index.m3u8');
    for (const [id, perSecond] of [
      ['copy', DAY_FRAME_RATE],
      ['audio-0', 48_000 / 1024],
    ] as const) {
      const { segments } = readMedia((await get(`/hls/day.mkv/${id}/index.m3u8`)).toString());
      const seconds = segments.reduce((sum, { duration }) => sum + duration, 0);
      expect(seconds, id).to.be.closeTo(DAY_SECONDS, 0.1);
      for (const index of [0, Math.floor(segments.length / 2), segments.length - 1]) {
        const { uri = '', duration = 0 } = segments[index] ?? {};
        const parts = fragmentTimes(await get(`/hls/day.mkv/${id}/${uri}`));
        const samples = parts.reduce((sum, part) => sum + part.samples.length, 0);
        expect(samples, `${id} ${index}`).to.be.closeTo(duration * perSecond, 3);
      }
    }
    let first = 0;
    const peak = await peakOfDescendants(runtime(), 'ffmpeg', async () => {
      const from = performance.now();
      const response = await fetch(
        `${service.url}/stream/day.mkv?start=43200&duration=2&format=mp4&height=36`,
      );
      first = performance.now() - from;
      expect(response.status).to.equal(200);
      await writeFile(join(media, 'answer.mp4'), Buffer.from(await response.arrayBuffer()));
    });
    const { frames, samples, complaints } = await countDecoded(join(media, 'answer.mp4'));
    expect({ frames, complaints }).to.deep.equal({ frames: 2 * DAY_FRAME_RATE, complaints: '' });
    expect(samples).to.be.closeTo(2 * 48_000, 2 * 1024);
    const own = await mostResidentMegabytes(runtime());
    console.log(`      first byte of /stream from the middle ${(first / 1000).toFixed(2)} s`);
    console.log(`      peak RSS of the runtime ${Math.round(own)} MB, of ffmpeg ${Math.round(peak)} MB`);
    expect(own).to.be.below(MOST_MEGABYTES.runtime);
    expect(peak).to.be.within(10, MOST_MEGABYTES.ffmpeg);
  });
});
