import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

type Film = {
  readonly name: string;
  /** The renditions that are encoded; the lowest are enough. */
  readonly variants: readonly string[];
  /** The share of the declared bandwidth that the heaviest segments need. */
  readonly least: number;
  make(path: string): Promise<unknown>;
};

const lavfi = (...inputs: readonly string[]) => inputs.flatMap((input) => ['-f', 'lavfi', '-i', input]);
const NOISE = 'geq=lum=random(1)*255:cb=random(2)*255:cr=random(3)*255';
const MPEG4 = ['-c:v', 'mpeg4', '-q:v', '2', '-c:a', 'pcm_s16le'];

const FILMS: readonly Film[] = [
  {
    name: 'demo.mp4',
    variants: ['240p'],
    least: 0.9,
    make: (path) => copyFile(join(demoDirectory, 'video.mp4'), path),
  },
  {
    name: 'bunny.mp4',
    variants: ['240p', '360p'],
    least: 0.9,
    make: (path) => copyFile(join(corpusDirectory, 'mp4/big-buck-bunny__bbb-480p-30s.mp4'), path),
  },
  {
    name: 'noise.avi',
    variants: ['180p'],
    least: 0.9,
    make: (path) =>
      ffmpeg(
        ...lavfi(`color=s=320x180:r=25,${NOISE}`, 'anoisesrc=a=1:r=48000'),
        ...['-t', '8', '-ac', '2', ...MPEG4, path],
      ),
  },
  {
    // Calm for long enough to fill the encoder's buffer, then a new image every half a second.
    name: 'cuts.avi',
    variants: ['180p'],
    least: 0,
    make: (path) =>
      ffmpeg(
        ...lavfi(
          `color=s=320x180:r=25:d=9,${NOISE}`,
          'testsrc2=s=320x180:r=25:d=9',
          'anoisesrc=a=1:r=48000:d=9,volume=lt(mod(t\\,3)\\,1.5):eval=frame',
        ),
        ...['-filter_complex', "[1:v][0:v]overlay=enable='gt(mod(t,4.5),3)*lt(mod(t,1),0.5)'[v]"],
        ...['-map', '[v]', '-map', '2:a', '-ac', '2', ...MPEG4, path],
      ),
  },
];

describe('the bandwidth that playlists declare', function () {
  this.timeout(900_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-bandwidth-'));
    await mkdir(join(folder, 'media'));
    service = await startService({ MEDIA_DIR: join(folder, 'media') });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const { name, variants, least, make } of FILMS) {
    it(`is never exceeded, and ${least > 0 ? 'needed' : 'not always needed'}: ${name}`, async () => {
      await make(join(folder, 'media', name));
      const at = `${service.url}/hls/${name}/`;
      const { variants: offered } = readMaster(await (await fetch(`${at}master.m3u8`)).text());
      for (const id of variants) {
        const variant = offered.find(({ uri }) => uri === `${id}/index.m3u8`);
        if (variant?.bandwidth === undefined) throw new Error(`there is no ${id}`);
        let heaviest = 0;
        for (const { uri } of variant.audio) heaviest = Math.max(heaviest, await peakOf(`${at}${uri}`));
        const needed = (await peakOf(at + variant.uri)) + heaviest;
        const share = needed / variant.bandwidth;
        console.log(
          `        ${id}: ${variant.bandwidth} declared, ${Math.round(needed)} needed (${share.toFixed(3)})`,
        );
        expect(share).to.be.within(least, 1);
      }
    });
  }

  /** Returns bits per second of the heaviest segment. */
  async function peakOf(playlist: string): Promise<number> {
    const { segments } = readMedia(await (await fetch(playlist)).text());
    let peak = 0;
    for (const { uri, duration } of segments) {
      const response = await fetch(`${dirname(playlist)}/${uri}`);
      expect(response.status).to.equal(200);
      peak = Math.max(peak, (8 * (await response.arrayBuffer()).byteLength) / duration);
    }
    return peak;
  }
});
