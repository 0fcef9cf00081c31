import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { launchBrowser, openPage, until } from '../../testing/browser.ts';
import { afterEverything } from '../../testing/hooks.ts';
import { needs, needsPackages } from '../../testing/needs.ts';
import { buildNext, installNextExample, startNext } from '../../testing/next-site.ts';
import { startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

const WITHIN_MS = 60_000;
const KEY = { id: 'main', secret: 's'.repeat(32) };
const FILM = 'film.mp4';
const VIDEO = `document.querySelector('sluice-player')?.media`;

describe('the example of Next, built by Next', function () {
  this.timeout(10 * WITHIN_MS);
  let folder: string;
  let site: string;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'sluice-next-'));
    site = await needsPackages(this, () => installNextExample(folder));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('has the element in what browsers load, and a page that is rendered for each viewer', async () => {
    expect(await buildNext(site)).to.match(/ƒ \/\n[\s\S]*ƒ \/token\n/);
    const chunks = join(site, '.next/static/chunks');
    const names = (await readdir(chunks)).filter((name) => name.endsWith('.js'));
    const scripts = await Promise.all(names.map((name) => readFile(join(chunks, name), 'utf8')));
    const defines = /customElements\.define\("sluice-player"/;
    expect(scripts.filter((script) => defines.test(script))).to.have.length(1);
    // The secret and what signs with it stay on the server.
    expect(scripts.filter((script) => script.includes('SLUICE_SECRET'))).to.deep.equal([]);
  });

  it('plays a film of a closed service in Chromium', async function () {
    needs(this, 'chromium', 'ffmpeg');
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const service = await startService({
      ...{ MEDIA_DIR: dirname(await makeSmallFilm()), ALLOWED_ORIGINS: origin },
      ...{ PUBLIC: '0', SIGNING_KEYS: `${KEY.id}:${KEY.secret}` },
    });
    const variables = {
      ...{ SLUICE_BASE: service.url, SLUICE_FILM: FILM },
      ...{ SLUICE_KEY_ID: KEY.id, SLUICE_SECRET: KEY.secret },
    };
    const next = await startNext(site, { port, variables });
    const browser = await launchBrowser();
    afterEverything(() => browser.close());
    const { page, complaints } = await openPage(browser);
    // A site that has no icon.
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
    await page.goto(`${next.origin}/`);
    await until(page, WITHIN_MS, `${VIDEO}?.readyState >= 1`);
    await page.evaluate(`void ${VIDEO}.play()`);
    await until(page, WITHIN_MS, `${VIDEO}.currentTime > 0.5`);
    const renew = `document.querySelector('sluice-player').renewToken().then((token) => /^main\\.\\d+\\.k\\./.test(token))`;
    expect(await page.evaluate(renew)).to.equal(true);
    expect(complaints).to.deep.equal([]);
    await browser.close();
    await next.close();
    await service.close();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
