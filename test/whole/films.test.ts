import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { joinedRenditions } from '../../testing/joined-renditions.ts';
import { makeLongFilm } from '../../testing/long-film.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode } from '../../testing/verify.ts';

const FILMS: readonly (readonly [what: string, path: () => Promise<string>])[] = [
  ['the demo film', async () => join(demoDirectory, 'video.mp4')],
  [
    'a film of two hours',
    async () => {
      const { folder, name } = await makeLongFilm();
      return join(folder, name);
    },
  ],
];

/** Too long for every run: `npm run test:whole`. The parts of it that differ are in `npm test`. */
describe('each rendition of a whole film', function () {
  this.timeout(3_600_000);
  let media: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-whole-'));
    service = await startService({ MEDIA_DIR: media });
  });
  after(async () => {
    await service?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  for (const [what, find] of FILMS) {
    it(`decodes without a word: ${what}`, async () => {
      await copyFile(await find(), join(media, 'film.mp4'));
      const kinds = new Set<string>();
      for await (const joined of joinedRenditions(service.url, 'film.mp4', media)) {
        const { uri, path, segments, plannedSeconds } = joined;
        const { complaints, seconds } = await decode(path, 'warning');
        const name = uri.replace('/index.m3u8', '');
        console.log(`      ${name}: ${segments} segments, ${seconds.toFixed(3)} s decoded`);
        expect(complaints, name).to.equal('');
        expect(seconds, name).to.be.closeTo(plannedSeconds, 0.15);
        kinds.add(name);
      }
      expect([...kinds])
        .to.include('copy')
        .and.to.have.length.above(2);
    });
  }
});
