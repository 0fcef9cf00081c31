import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type BuildOptions, build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { launchBrowser, openPage, until } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

const WITHIN_MS = 60_000;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const KEY = { id: 'main', secret: 's'.repeat(32) };
const FILM = 'film.mp4';
const VIDEO = `document.querySelector('sluice-player').media`;

const BUNDLED = {
  ...{ bundle: true, write: false, format: 'esm', jsx: 'automatic', logLevel: 'warning' },
  alias: {
    'sluice-player': join(ROOT, 'packages/player/src/sluice-player.ts'),
    'sluice-client': join(ROOT, 'packages/client/src/sluice-client.ts'),
  },
} as const satisfies BuildOptions;

type Next = {
  readonly html: () => Promise<string>;
  readonly GET: () => Promise<Response>;
};

describe('the examples', function () {
  this.timeout(2 * WITHIN_MS);
  /** Of everybody, and of who has a token. */
  let open: Service;
  let closed: Service;
  let browser: Browser;
  let site: Server;
  let origin: string;
  let answers: Readonly<Record<string, () => Promise<string> | string>> = {};

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    site = createServer(async ({ url = '/' }, response) => {
      response.setHeader(
        'content-type',
        url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
      );
      response.end((await answers[url]?.()) ?? '');
    });
    await once(site.listen(0, '127.0.0.1'), 'listening');
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const settings = { MEDIA_DIR: dirname(await makeSmallFilm()), ALLOWED_ORIGINS: origin };
    const signed = { ...settings, PUBLIC: '0', SIGNING_KEYS: `${KEY.id}:${KEY.secret}` };
    open = await startService(settings);
    closed = await startService(signed);
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await open?.close();
    await closed?.close();
    site?.close();
  });

  const bundle = async (options: BuildOptions) => {
    const { outputFiles } = await build({ ...BUNDLED, ...options, write: false });
    return outputFiles[0]?.text ?? '';
  };
  const withService = (text: string) =>
    text.replace('films/film.mkv', FILM).replace('https://media.example', open.url);

  async function expectPlays(hydrated = 'true'): Promise<void> {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${origin}/`);
    await until(page, WITHIN_MS, `document.querySelector('sluice-player')?.media?.readyState >= 1`);
    await page.evaluate(`void ${VIDEO}.play()`);
    await until(page, WITHIN_MS, `${VIDEO}.currentTime > 0.5`);
    expect(await page.evaluate(hydrated)).to.equal(true);
    expect(complaints).to.deep.equal([]);
    await page.close();
  }

  for (const [name, entry] of [
    ['html', 'main.js'],
    ['react', 'main.jsx'],
  ] as const) {
    it(`${name} plays a film`, async () => {
      const folder = join(EXAMPLES, name);
      const html = await readFile(join(folder, 'index.html'), 'utf8');
      expect(html).to.contain(`src="${entry}"`);
      const script = await bundle({ entryPoints: [join(folder, entry)] });
      answers = {
        '/': () => withService(html.replace(entry, '/main.js')),
        '/main.js': () => withService(script),
      };
      await expectPlays();
    });
  }

  it('next is rendered on a server, hydrated, and plays a film with tokens of its own', async () => {
    const app = join(EXAMPLES, 'next/app');
    const player = await readFile(join(app, 'player.jsx'), 'utf8');
    // Next takes a module for one of the client by its first statement.
    expect(player).to.match(/^'use client';\n/);
    const environment = { BASE: closed.url, FILM, KEY_ID: KEY.id, SECRET: KEY.secret };
    const define = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        `process.env.SLUICE_${name}`,
        JSON.stringify(value),
      ]),
    );
    const server = await bundle({
      define,
      platform: 'node',
      stdin: {
        resolveDir: app,
        loader: 'jsx',
        contents: `import { renderToString } from 'react-dom/server';
          import Page from './page.jsx';
          export { GET } from './token/route.js';
          export const html = async () => renderToString(await Page());`,
      },
      banner: {
        js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(import.meta.url)});`,
      },
    });
    const { html, GET } = (await import(
      `data:text/javascript;base64,${Buffer.from(server).toString('base64')}`
    )) as Next;
    const rendered = await html();
    const [, token = ''] = /<sluice-player src="film\.mp4" base="[^"]+" token="([^"]+)"/.exec(rendered) ?? [];
    expect(token).to.match(/^main\.\d+\.k\./);
    expect(await (await GET()).text()).to.match(/^main\.\d+\.k\./);
    const script = await bundle({
      stdin: {
        resolveDir: app,
        loader: 'jsx',
        contents: `import { hydrateRoot } from 'react-dom/client';
          import { Player } from './player.jsx';
          const { src, base, token } = document.querySelector('sluice-player').attributes;
          const player = <Player film={src.value} base={base.value} token={token.value} />;
          hydrateRoot(document.getElementById('root'), player);`,
      },
    });
    answers = {
      '/': () =>
        `<!doctype html><div id="root">${rendered}</div><script type="module" src="/main.js"></script>`,
      '/main.js': () => script,
    };
    await expectPlays(`typeof document.querySelector('sluice-player').renewToken === 'function'`);
  });
});
