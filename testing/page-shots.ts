import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { DEMO_CREDIT } from '../local/start-options.ts';
import { launchBrowser, until } from './browser.ts';
import { FILM, makeConsoleLibrary } from './console-library.ts';
import { startService } from './service.ts';
import { ffmpeg } from './verify.ts';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
const WIDTHS = [390, 1024, 1440];
const SCHEMES = ['light', 'dark'] as const;
const MOST_BYTES = 150_000;
const WITHIN_MS = 60_000;

/** `npm run screenshots`: writes docs/page-{width}-{scheme}.webp, of a film that has played for some seconds. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-shots-'));
  const browser = await launchBrowser();
  try {
    await makeConsoleLibrary(folder);
    const service = await startService({
      MEDIA_DIR: folder,
      DERIVED_DIR: join(folder, '.derived'),
      PLAYER_PAGE: '1',
      PAGE_CREDIT: DEMO_CREDIT,
      UPLOADS: '1',
    });
    for (const width of WIDTHS) {
      for (const scheme of SCHEMES) await shoot(browser, service.url, { width, scheme, folder });
    }
    await service.close();
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Shot = { readonly width: number; readonly scheme: (typeof SCHEMES)[number]; readonly folder: string };

async function shoot(browser: Browser, url: string, { width, scheme, folder }: Shot): Promise<void> {
  const page = await browser.newPage({
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
  });
  await page.goto(`${url}/#/hls/${encodeURI(FILM)}/master.m3u8`);
  await page.locator('#export-formats').getByText('MP3').click();
  await page.evaluate(`void document.querySelector('video').play()`);
  // Its menus have what the film has by then, and stay as they are.
  await until(page, WITHIN_MS, `document.querySelector('video').currentTime > 0.5`);
  for (const [menu, label] of [
    ['rendition', '720p'],
    ['captions', 'German'],
  ] as const) {
    await page.locator(`#film-controls media-${menu}-menu-button`).click();
    await page.locator(`#film-controls media-${menu}-menu`).getByText(label).first().click();
  }
  await until(page, WITHIN_MS, `document.querySelector('video').currentTime > 7`);
  await page.evaluate(`document.querySelector('video').pause()`);
  // Posters are asked for of what is in sight.
  await page.evaluate('scrollTo(0, 0)');
  await until(page, WITHIN_MS, `document.querySelectorAll('.thumb img:not([hidden])').length >= 3`);
  await until(page, WITHIN_MS, `document.querySelector('#exports a:not([hidden])') !== null`);
  const png = join(folder, `.shot-${width}-${scheme}.png`);
  await page.screenshot({ path: png, fullPage: true });
  await page.close();
  const webp = join(DOCS, `page-${width}-${scheme}.webp`);
  await ffmpeg('-y', '-i', png, '-c:v', 'libwebp', '-preset', 'picture', '-quality', '50', webp);
  const { size } = await stat(webp);
  console.log(`${webp}: ${(size / 1000).toFixed(0)} kB`);
  if (size > MOST_BYTES) throw new Error(`${webp} has more than ${MOST_BYTES} bytes.`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
