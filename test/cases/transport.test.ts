import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { beepsOf, flashesOf } from '../../testing/beeps.ts';
import { exportOf } from '../../testing/exports.ts';
import { casesDirectory, needs } from '../../testing/needs.ts';
import { expectAsInOnePass } from '../../testing/one-pass.ts';
import { type Service, startService } from '../../testing/service.ts';

const CASES = ['h264-g250.ts', 'hevc-nowrap.ts', 'tsrestart.ts', 'ima.wav'];

describe('cases: files whose times a demuxer guesses', function () {
  this.timeout(300_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'cases', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-cases-'));
    for (const name of CASES) await copyFile(join(casesDirectory, name), join(folder, name));
    service = await startService({ MEDIA_DIR: folder, DERIVED_DIR: join(folder, '.derived') });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const address = (path: string) => `${service.url}${path}`;

  for (const [name, seconds] of [
    ['h264-g250.ts', 12],
    ['hevc-nowrap.ts', 6],
  ] as const) {
    it(`has every frame as in one pass: ${name}`, async () => {
      const film = { path: join(casesDirectory, name), seconds, scratch: join(folder, 'output.mp4') };
      await expectAsInOnePass({ ...film, lengths: [seconds / 3] });
      await expectAsInOnePass({ ...film, lengths: [0.8 * seconds], ffmpegPath: '/usr/bin/ffmpeg' });
    });
  }

  it('begins where it was asked to: hevc-nowrap.ts', async () => {
    const path = address('/stream/hevc-nowrap.ts?start=3.2');
    // On a grid of 25 frames a second they come a frame later at most; audio has the packet before it.
    expectNear(await flashesOf(path), [0.3, 1.3, 2.3], 0.045);
    expectNear(await beepsOf(path), [0.3, 1.3, 2.3], 0.045);
  });

  it('lasts as long at every address: tsrestart.ts', async () => {
    const info = (await (await fetch(address('/info/tsrestart.ts'))).json()) as {
      media: { durationSeconds: number };
    };
    expect(info.media.durationSeconds).to.be.closeTo(18, 0.06);
    for (const path of ['/hls/tsrestart.ts/180p/index.m3u8', '/hls/tsrestart.ts/audio-0/index.m3u8']) {
      const text = await (await fetch(address(path))).text();
      const seconds = [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce(
        (sum, [, length]) => sum + Number(length),
        0,
      );
      expect(seconds).to.be.closeTo(18, 0.06);
    }
    const dash = await (await fetch(address('/dash/tsrestart.ts/manifest.mpd'))).text();
    expect(Number(/mediaPresentationDuration="PT([\d.]+)S"/.exec(dash)?.[1])).to.be.closeTo(18, 0.06);
    const beats = Array.from({ length: 18 }, (_, i) => i + 0.5);
    const shown = [...beats, 2, 8, 14].sort((a, b) => a - b);
    for (const path of ['/stream/tsrestart.ts', '/hls/tsrestart.ts/audio-0/index.m3u8']) {
      expectNear(await beepsOf(address(path)), shown, 0.045);
    }
    expectNear(await flashesOf(address('/stream/tsrestart.ts')), shown, 0.045);
    const output = await exportOf(service, '/export/tsrestart.ts?format=wav');
    expect(output.events.at(-1)?.data.durationSeconds).to.be.closeTo(18, 0.06);
    expectNear(await beepsOf(address(output.address ?? '')), shown, 0.045);
  });

  it("has its beeps at the source's times: ima.wav", async () => {
    const beeps = [0.5, 1.5, 2, 2.5, 3.5, 4.5, 5.5];
    expectNear(await beepsOf(address('/stream/ima.wav?format=wav')), beeps, 0.005);
    const later = beeps.filter((time) => time > 2.2).map((time) => time - 2.2);
    expectNear(await beepsOf(address('/stream/ima.wav?format=wav&start=2.2')), later, 0.005);
    // They follow the priming packet of the AAC encoder.
    expectNear(await beepsOf(address('/hls/ima.wav/audio-0/index.m3u8')), beeps, 0.05);
  });
});

function expectNear(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found, found.join(' ')).to.have.length(wanted.length);
  for (const [i, time] of found.entries()) expect(time).to.be.closeTo(wanted[i] ?? 0, tolerance);
}
