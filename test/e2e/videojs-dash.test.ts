import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { ALIGNED_FILM, ALIGNED_SECONDS, makeAlignedFilm } from '../../testing/aligned-film.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { openPlayerPage } from '../../testing/players/player-page.ts';
import { type Service, startService } from '../../testing/service.ts';

const WITHIN_MS = 120_000;

describe('video.js over DASH', function () {
  this.timeout(2 * WITHIN_MS);
  let media: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-videojs-'));
    await makeAlignedFilm(media);
    service = await startService({ MEDIA_DIR: media });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  // Its parser adds up timelines at two levels: the film was twice as long, and its second half 404.
  for (const height of [360, 240]) {
    it(`plays the rendition of ${height} lines from its beginning to its end`, async () => {
      const page = await openPlayerPage(browser, 'video.js', service.url, {
        aheadSeconds: 2 * ALIGNED_SECONDS,
        withinMs: WITHIN_MS,
      });
      await page.start(`${service.url}/dash/${ALIGNED_FILM}/manifest.mpd`, height);
      await page.play(4);
      await page.until('it ends', ({ ended }) => ended);
      const { duration, currentTime, buffered, height: shown } = await page.look();
      expect(shown).to.equal(height);
      expect(duration).to.be.closeTo(ALIGNED_SECONDS, 0.05);
      expect(currentTime).to.be.closeTo(ALIGNED_SECONDS, 0.2);
      expect(buffered.at(-1)?.[1]).to.be.closeTo(ALIGNED_SECONDS, 0.2);
      await page.close();
      // A 404 is one: the browser's console reports it.
      expect(page.complaints).to.deep.equal([]);
    });
  }
});
