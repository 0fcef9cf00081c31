import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { demoDirectory } from '../../local/function.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

const WITHIN_MS = 120_000;
const require = createRequire(import.meta.url);
/** Runs in the page. */
const VIDEO = "document.querySelector('video')";
type Seen = { readonly error: string | null; readonly duration: number; readonly width: number };
const DOCUMENT = new URL('../../docs/embedding.md', import.meta.url);

/** What the document takes from a CDN, as in the packages. */
const CDN: Readonly<Record<string, string>> = {
  'hls.mjs': require.resolve('hls.js/dist/hls.mjs'),
  'dash.js': require.resolve('dashjs'),
  'video.js': require.resolve('video.js/dist/video.min.js'),
};

describe('docs/embedding.md', function () {
  this.timeout(2 * WITHIN_MS);
  let media: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium');
    media = await mkdtemp(join(tmpdir(), 'sluice-embedding-'));
    await copyFile(join(demoDirectory, 'video.mp4'), join(media, 'film.mp4'));
    await writeFile(join(media, 'film.en.srt'), '1\n00:00:00,000 --> 00:00:20,000\nA cue\n');
    service = await startService({ MEDIA_DIR: media });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  it('shows a poster and subtitles', async () => {
    const html = await codeBelow('A poster, subtitles and thumbnails', 'html');
    await expectPlays(html, async (page) => {
      const cue = `${VIDEO}.textTracks[0]?.activeCues?.[0]?.text`;
      await page.waitForFunction(`${cue} === 'A cue'`, undefined, { timeout: WITHIN_MS });
      const poster = await fetch(await page.evaluate<string>(`${VIDEO}.poster`));
      expect([poster.status, poster.headers.get('content-type')]).to.deep.equal([200, 'image/jpeg']);
    });
  });

  for (const title of ['A media element', 'hls.js', 'dash.js', 'video.js']) {
    it(`plays with ${title}`, async () => {
      await expectPlays(await codeBelow(title, 'html'));
    });
  }

  it('plays with React', async () => {
    const component = await codeBelow('React', 'jsx');
    const mount = `
      import { createRoot } from 'react-dom/client';
      createRoot(document.getElementById('root')).render(<Film address="/hls/film.mp4/master.m3u8" />);`;
    const { outputFiles } = await build({
      stdin: { contents: component + mount, loader: 'jsx', resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      jsx: 'automatic',
      format: 'esm',
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    const script = outputFiles[0]?.text.replaceAll('</script', '<\\/script') ?? '';
    await expectPlays(`<div id="root"></div><script type="module">${script}</script>`);
  });

  async function expectPlays(html: string, more = async (_: Page) => {}): Promise<void> {
    const page = await browser.newPage();
    try {
      await serveFromPackages(page);
      await page.route(`${service.url}/a-page`, (route) =>
        route.fulfill({ contentType: 'text/html', body: `<!doctype html>${html}` }),
      );
      await page.goto(`${service.url}/a-page`);
      await page.waitForFunction(`(${VIDEO}?.readyState ?? 0) >= 2`, undefined, { timeout: WITHIN_MS });
      await page.evaluate(`(${VIDEO}.muted = true, ${VIDEO}.play())`);
      await page.waitForFunction(`${VIDEO}.currentTime > 0.5`, undefined, { timeout: WITHIN_MS });
      const seen = await page.evaluate<Seen>(
        `({ error: ${VIDEO}.error?.message ?? null, duration: ${VIDEO}.duration, width: ${VIDEO}.videoWidth })`,
      );
      expect(seen.error).to.equal(null);
      expect(seen.duration).to.be.closeTo(30, 0.1);
      expect(seen.width).to.be.above(0);
      await more(page);
    } finally {
      await page.close();
    }
  }
});

async function serveFromPackages(page: Page): Promise<void> {
  for (const [name, path] of Object.entries(CDN)) {
    await page.route(`https://cdn.example/${name}`, (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        headers: { 'access-control-allow-origin': '*' },
        path,
      }),
    );
  }
}

/** Returns the first code of that language below a heading of the document. */
async function codeBelow(title: string, language: string): Promise<string> {
  const text = await readFile(DOCUMENT, 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
  const [, code] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(section) ?? [];
  if (code === undefined) throw new Error(`There is no ${language} below "${title}".`);
  return code;
}
