import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { surroundInput, TONES, tonesOf } from '../../testing/surround.ts';
import { decode, ffmpeg, ffmpegOutput } from '../../testing/verify.ts';

const SECONDS = 6;

describe('channels=6', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-channels-'));
    const media = join(folder, 'media');
    await mkdir(media);
    const audio = surroundInput(SECONDS);
    const video = [
      '-f',
      'lavfi',
      '-i',
      `testsrc2=s=160x90:r=24:d=${SECONDS}`,
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
    ];
    await ffmpeg(...audio, ...video, '-c:a', 'ac3', '-b:a', '448k', join(media, 'film.mkv'));
    await ffmpeg(...audio, ...video, '-c:a', 'aac', '-ac', '6', '-b:a', '384k', join(media, 'film.mp4'));
    await ffmpeg(...audio, '-c:a', 'flac', join(media, 'song.flac'));
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      `sine=d=${SECONDS}`,
      '-c:a',
      'flac',
      '-ac',
      '1',
      join(media, 'mono.flac'),
    );
    service = await startService(
      { MEDIA_DIR: media, DERIVED_DIR: join(folder, 'derived') },
      { maxInstances: 4 },
    );
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const fetched = async (address: string) => {
    const response = await fetch(`${service.url}/stream/${address}`);
    expect(response.status, address).to.equal(200);
    const path = join(folder, 'streamed');
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    return { path, plan: response.headers.get('sluice-plan') ?? '' };
  };

  async function expectSurround(path: string): Promise<void> {
    const found = await tonesOf(path);
    expect(found).to.deep.equal(TONES);
    const { complaints, seconds } = await decode(path);
    expect(complaints).to.equal('');
    expect(seconds).to.be.closeTo(SECONDS, 0.1);
  }

  for (const [query, plan] of [
    ['film.mkv?channels=6', /^transcode; format=mp4; video=copy; audio=aac:5\.1/],
    ['film.mkv?channels=6&height=48', /video=h264:48; audio=aac:5\.1/],
    ['film.mkv?channels=6&format=webm', /audio=opus:5\.1/],
    ['film.mp4?channels=6', /^(passthrough|faststart)/],
    ['film.mp4?channels=6&height=48', /video=h264:48; audio=copy/],
    ['song.flac?channels=6&format=aac', /audio=aac:5\.1/],
    ['song.flac?channels=6&format=opus', /audio=opus:5\.1/],
    ['film.mkv?channels=6&format=flac', /audio=flac:5\.1/],
    ['film.mkv?channels=6&speed=1&loudness=-20', /audio=aac:5\.1; loudness=-20:measured/],
  ] as const) {
    it(`keeps each loudspeaker's tone: ${query}`, async () => {
      const { path, plan: header } = await fetched(query);
      expect(header).to.match(plan);
      await expectSurround(path);
    });
  }

  for (const query of [
    'film.mkv?channels=6&format=mp4&height=48',
    'film.mp4?channels=6&format=mp4&height=48',
    'song.flac?channels=6&format=opus',
  ]) {
    it(`keeps them in an export: ${query}`, async () => {
      const { file } = await exportOf(service, `/export/${query}`);
      const path = join(folder, 'exported');
      await writeFile(path, file);
      await expectSurround(path);
    });
  }

  it('is stereo without being asked where audio is encoded, and with channels=2 everywhere', async () => {
    for (const query of [
      'film.mkv',
      'film.mp4?channels=2',
      'song.flac?channels=2',
      'mono.flac?channels=2&format=mp3',
    ]) {
      const { path } = await fetched(query);
      const count =
        (await ffmpegOutput('-i', path, '-map', '0:a', '-t', '1', '-f', 's16le', '-ar', '8000', '-')).length /
        16_000;
      expect(count, query).to.be.closeTo(query.startsWith('mono') ? 1 : 2, 0.1);
    }
    const { plan } = await fetched('mono.flac?channels=2');
    expect(plan).to.match(/^passthrough/);
  });

  for (const [query, pattern] of [
    ['mono.flac?channels=6', /"channels" must be 2: the audio has one channel/],
    ['song.flac?channels=6&format=mp3', /"channels" must be 2 for format=mp3/],
    ['song.flac?channels=6&format=wav', /"channels" must be 2 for format=wav/],
    ['song.flac?channels=4', /"channels" must be one of 2, 6/],
  ] as const) {
    it(`is refused where there are not as many: ${query}`, async () => {
      const response = await fetch(`${service.url}/stream/${query}`);
      const { detail } = (await response.json()) as { detail: string };
      expect([response.status, pattern.test(detail)], detail).to.deep.equal([400, true]);
    });
  }
});
