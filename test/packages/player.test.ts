import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { sign } from '../../functions/stream/route/sign.ts';
import { launchBrowser, openPage, until } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

/** Only against hanging. */
const WITHIN_MS = 60_000;
const KEY = { id: 'main', secret: 's'.repeat(32) };
const FILM = 'Ein Film.mkv';
const SECONDS = 40;
const ENTRY = fileURLToPath(new URL('../../packages/player/src/sluice-player.ts', import.meta.url));

const VIDEO = `document.querySelector('sluice-player').media`;

describe('<sluice-player>', function () {
  this.timeout(3 * WITHIN_MS);
  let folder: string;
  let service: Service;
  let browser: Browser;
  let foreign: Server;
  let origin: string;
  let html = '';
  let signed = 0;
  let lifeSeconds = 60;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-element-'));
    const inputs = ['testsrc2=s=640x360:r=12', 'sine=f=440', 'sine=f=880'];
    await ffmpeg(
      ...inputs.flatMap((each) => ['-f', 'lavfi', '-i', each]),
      ...['-map', '0', '-map', '1', '-map', '2', '-t', String(SECONDS), '-c:a', 'aac'],
      ...['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=deu'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '24', '-pix_fmt', 'yuv420p', join(folder, FILM)],
    );
    const bundled = await build({
      entryPoints: [ENTRY],
      bundle: true,
      format: 'esm',
      write: false,
      minify: true,
    });
    const script = bundled.outputFiles[0]?.text ?? '';
    foreign = createServer((request, response) => {
      if (request.url === '/player.js') {
        response.setHeader('content-type', 'text/javascript').end(script);
      } else if (request.url === '/token') {
        signed += 1;
        response.end(token());
      } else response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    });
    await once(foreign.listen(0, '127.0.0.1'), 'listening');
    const { port } = foreign.address() as AddressInfo;
    origin = `http://127.0.0.1:${port}`;
    service = await startService({
      ...{ MEDIA_DIR: folder, PUBLIC: '0', SIGNING_KEYS: `${KEY.id}:${KEY.secret}`, ALLOWED_ORIGINS: origin },
    });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    foreign?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const token = () => sign(KEY, { kind: 'key', key: FILM }, Math.ceil(Date.now() / 1000) + lifeSeconds);

  it('works in React as its README says', async () => {
    const readme = await readFile(
      fileURLToPath(new URL('../../packages/player/README.md', import.meta.url)),
      'utf8',
    );
    const [, code = ''] = /```jsx\n([\s\S]*?)```/.exec(readme) ?? [];
    const contents = `import { createRoot } from 'react-dom/client';
      ${code.replace("'sluice-player'", JSON.stringify(ENTRY)).replace('films/film.mkv', FILM).replace('https://media.example', service.url)}
      createRoot(document.getElementById('root')).render(
        <Film token=${JSON.stringify(token())} renewToken={async () => (await fetch('/token')).text()} />,
      );`;
    const { outputFiles } = await build({
      stdin: { contents, loader: 'jsx', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      ...{ bundle: true, format: 'esm', write: false, jsx: 'automatic', minify: true },
    });
    const { page, complaints } = await openPage(browser);
    html = `<!doctype html><title>React</title><link rel="icon" href="data:,"><div id="root"></div>
      <script type="module">${outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`;
    await page.goto(origin);
    await until(page, WITHIN_MS, `Boolean(document.querySelector('sluice-player')?.media)`);
    await play(page, 1);
    expect(await page.evaluate(`typeof document.querySelector('sluice-player').renewToken`)).to.equal(
      'function',
    );
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  async function open(attributes: string, script = '') {
    html = `<!doctype html><title>Somebody's page</title><link rel="icon" href="data:,">
<script type="module" src="/player.js"></script>
<sluice-player base="${service.url}" ${attributes}></sluice-player>
<script>${script}</script>`;
    const { page, complaints } = await openPage(browser);
    const requests: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin === service.url && request.method() === 'GET') requests.push(url.pathname);
    });
    await page.goto(origin);
    await until(page, WITHIN_MS, `Boolean(${VIDEO}?.api?.levels.length)`);
    return { page, complaints, requests };
  }

  const play = async (page: Page, beyond: number) => {
    await page.evaluate(`void ${VIDEO}.play()`);
    await until(page, WITHIN_MS, `${VIDEO}.currentTime > ${beyond}`);
  };

  it('loads at most three segments, a poster and thumbnails for a person who does not play', async () => {
    const { page, complaints, requests } = await open(`src="${FILM}" token="${token()}"`);
    await until(page, WITHIN_MS, `${VIDEO}.readyState >= 1`);
    await page.waitForTimeout(3_000);
    const segments = requests.filter((path) => path.endsWith('.m4s'));
    console.log(`      ${requests.length} requests, of which segments ${segments.length}`);
    expect(segments.length).to.be.within(0, 3);
    expect(requests.some((path) => path.includes('/image/'))).to.equal(true);
    expect(requests.some((path) => path.endsWith('/index.vtt'))).to.equal(true);
    expect(await page.evaluate<number>(`${VIDEO}.duration`)).to.be.closeTo(SECONDS, 0.2);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('lets a person choose quality and language', async () => {
    const { page, complaints } = await open(`src="${FILM}" token="${token()}"`);
    await play(page, 0.5);
    const [renditions, languages] = await page.evaluate<[number[], string[]]>(
      `[[...${VIDEO}.videoRenditions].map(({ height }) => height), [...${VIDEO}.audioTracks].map(({ language }) => language)]`,
    );
    expect(renditions).to.have.members([360, 240]);
    expect(languages).to.deep.equal(['en', 'de']);
    await page.evaluate(
      `${VIDEO}.videoRenditions.selectedIndex = [...${VIDEO}.videoRenditions].findIndex(({ height }) => height === 240)`,
    );
    await until(page, WITHIN_MS, `${VIDEO}.nativeEl.videoHeight === 240`);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('has whole buttons from a small phone on, all within its edges', async () => {
    const { page, complaints } = await open(`src="${FILM}" token="${token()}"`);
    await until(page, WITHIN_MS, `${VIDEO}.audioTracks.length === 2`);
    const shadow = `document.querySelector('sluice-player').shadowRoot`;
    const edges = `(() => {
      const bar = ${shadow}.querySelector('media-control-bar');
      const right = bar.getBoundingClientRect().right;
      return [...bar.children].filter((each) => each.checkVisibility()).map((each) => {
        const box = each.getBoundingClientRect();
        return { name: each.localName, isWhole: box.width >= 32 || each.localName === 'span', isInside: box.right <= right };
      });
    })()`;
    for (const [width, least] of [
      [320, 6],
      [390, 7],
      [430, 7],
      [600, 12],
      [1200, 12],
    ] as const) {
      await page.setViewportSize({ width, height: 400 });
      const controller = `${shadow}.querySelector('media-controller')`;
      const breakpoints = { sm: width - 16 >= 384, md: width - 16 >= 576 };
      for (const [name, isReached] of Object.entries(breakpoints)) {
        await until(page, WITHIN_MS, `${controller}.hasAttribute('breakpoint${name}') === ${isReached}`);
      }
      const seen =
        await page.evaluate<readonly { name: string; isWhole: boolean; isInside: boolean }[]>(edges);
      expect(seen.length, `${width} pixels`).to.be.at.least(least);
      expect(
        seen.filter(({ isWhole, isInside }) => !isWhole || !isInside),
        `${width} pixels`,
      ).to.deep.equal([]);
    }
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('outlives its token on a page of another origin', async () => {
    lifeSeconds = 6;
    signed = 0;
    const renew = `document.querySelector('sluice-player').renewToken = async () => (await fetch('/token')).text();`;
    const { page, complaints, requests } = await open(`src="${FILM}" token="${token()}"`, renew);
    await play(page, 8);
    // What lies ahead is not buffered: it is asked for with the token of that time.
    await page.evaluate(`${VIDEO}.currentTime = ${SECONDS - 4}`);
    await until(page, WITHIN_MS, `${VIDEO}.ended`);
    const tokens = new Set(requests.map((path) => path.split('/')[1]));
    console.log(`      ${tokens.size} tokens for ${requests.length} requests`);
    expect(signed).to.be.above(0);
    expect(tokens.size).to.be.above(1);
    expect(complaints).to.deep.equal([]);
    lifeSeconds = 60;
    await page.close();
  });

  it('asks for another token where a wrong clock does not know that the old one has expired', async () => {
    lifeSeconds = 5;
    signed = 0;
    // Otherwise hls.js has loaded all before.
    const late = `const now = Date.now; Date.now = () => now() - 3_600_000;
      document.querySelector('sluice-player').renewToken = async () => (await fetch('/token')).text();`;
    const { page, requests } = await open(`src="${FILM}" token="${token()}"`, late);
    await play(page, 7);
    await page.evaluate(`${VIDEO}.currentTime = ${SECONDS - 3}`);
    await until(page, WITHIN_MS, `${VIDEO}.ended`);
    expect(signed).to.be.within(1, 6);
    expect(new Set(requests.map((path) => path.split('/')[1])).size).to.be.above(1);
    lifeSeconds = 60;
    await page.close();
  });

  it('follows its attributes, and plays on', async () => {
    const { page, complaints } = await open(
      `src="${FILM}" token="${token()}" poster="none" storyboard="none"`,
    );
    const element = `document.querySelector('sluice-player')`;
    const shadow = `${element}.shadowRoot`;
    expect(await page.evaluate(`${shadow}.querySelector('media-poster-image')`)).to.equal(null);
    expect(await page.evaluate(`${shadow}.querySelector('track')`)).to.equal(null);
    await play(page, 1);
    await page.evaluate(`globalThis.before = ${VIDEO}`);
    await page.evaluate(`${element}.setAttribute('poster', 'auto')`);
    await page.evaluate(`${element}.setAttribute('storyboard', 'auto')`);
    await page.evaluate(`${element}.setAttribute('token', '~${token()}')`);
    await until(page, WITHIN_MS, `${shadow}.querySelector('media-poster-image') !== null`);
    await until(page, WITHIN_MS, `${shadow}.querySelector('track') !== null`);
    await until(page, WITHIN_MS, `${VIDEO}.currentTime > 2`);
    expect(await page.evaluate(`globalThis.before === ${VIDEO}`)).to.equal(true);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('ends what played when it goes, or plays something else', async () => {
    const { page } = await open(`src="${FILM}" token="${token()}"`);
    await play(page, 0.5);
    await page.evaluate(`globalThis.before = ${VIDEO}`);
    await page.evaluate(`document.querySelector('sluice-player').setAttribute('start', '10')`);
    await until(page, WITHIN_MS, `Boolean(${VIDEO}?.api?.levels.length) && ${VIDEO} !== globalThis.before`);
    expect(await page.evaluate(`globalThis.before.api`)).to.equal(null);
    await page.evaluate(
      `{ globalThis.before = ${VIDEO}; document.querySelector('sluice-player').remove(); }`,
    );
    expect(await page.evaluate(`globalThis.before.api`)).to.equal(null);
    await page.close();
  });
});
