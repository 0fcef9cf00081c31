import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { parsePosition } from '../../functions/stream/export/api/events.ts';
import { demoDirectory } from '../../local/function.ts';
import { launchBrowser, openPage, until } from '../../testing/browser.ts';
import { exportOf, readEvents, type SeenEvent } from '../../testing/exports.ts';
import { startFaultProxy } from '../../testing/fault-proxy.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode } from '../../testing/verify.ts';

const WITHIN_MS = 120_000;

const BAR = `document.querySelector('#exports progress')`;

describe('an export of the demo film', function () {
  this.timeout(2 * WITHIN_MS);
  let folder: string;
  let service: Service;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-export-'));
    service = await startService(
      { MEDIA_DIR: demoDirectory, DERIVED_DIR: join(folder, 'derived'), PLAYER_PAGE: '1' },
      { maxInstances: 8 },
    );
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Queries, and the duration of the result: of the film, or of its audio. */
  const cases = [
    ['format=mp3', 'video.mp3', 30.016],
    ['format=webm&height=96', 'video.webm', 30.02],
    ['format=mp4&height=480', 'video.mp4', 30],
  ] as const;

  for (const [query, name, seconds] of cases) {
    it(`is reported from beginning to end, and is whole: ${query}`, async function () {
      needs(this, 'ffmpeg');
      const { events, file, address } = await exportOf(service, `/export/video.mp4?${query}`);
      expectCourse(events);
      const { sizeBytes, durationSeconds, gbSeconds, bytesWritten } = events.at(-1)?.data ?? {};
      expect(sizeBytes).to.equal(file.length);
      expect(durationSeconds).to.be.closeTo(seconds, 0.01);
      expect(gbSeconds).to.be.above(0);
      expect(bytesWritten).to.equal(sizeBytes);
      const path = join(folder, name);
      await writeFile(path, file);
      const decoded = await decode(path);
      expect(decoded.complaints).to.equal('');
      expect(decoded.seconds).to.be.closeTo(durationSeconds, 0.03);
      await expectServed(`${service.url}${address}`, file, name);
      const again = await readEvents(`${service.url}/export/video.mp4?${query}`);
      expect(again.map((event) => event.name)).to.deep.equal(['done']);
      console.log(
        `      ${query}: ${events.length} events, ${sizeBytes} bytes, ${durationSeconds} s (decoded ${decoded.seconds.toFixed(3)} s), ` +
          `${gbSeconds} GB-s`,
      );
    });
  }

  it('resumes after the last event if the connection was cut, and is shared by all clients', async () => {
    const url = `${service.url}/export/video.mp4?format=mp4&height=144&duration=14`;
    const isMoving = ({ name, data }: SeenEvent) => name === 'progress' && data.secondsDone > 0;
    const before = await readEvents(url, { enough: isMoving });
    const cut = before.at(-1);
    expect(cut?.data.speed).to.be.above(0);
    expect(cut?.data.etaSeconds).to.be.above(0);
    const [rest, other] = await Promise.all([
      readEvents(url, { lastEventId: cut?.id ?? '' }),
      readEvents(url),
    ]);
    expect(rest[0]?.name).to.equal('progress');
    expectCourse([...before, ...rest]);
    expect(other.at(-1)?.data).to.deep.equal(rest.at(-1)?.data);
    expect(rest.at(-1)?.data.invocations).to.equal(1);
    // A client that has seen the end learns that there is no more: EventSource stops then.
    const headers = { accept: 'text/event-stream', 'last-event-id': rest.at(-1)?.id ?? '' };
    expect((await fetch(url, { headers })).status).to.equal(204);
  });

  it('moves the bar of the page, which then links to the result', async function () {
    needs(this, 'chromium');
    const browser: Browser = await launchBrowser();
    try {
      const { page, complaints } = await openPage(browser);
      await page.goto(`${service.url}/#/stream/video.mp4?format=mp4&height=144&duration=10`);
      await page.getByRole('button', { name: 'As asked' }).click();
      const moving = `(() => { const value = ${BAR}?.value; return value > 0 && value < 100; })()`;
      await until(page, WITHIN_MS, moving);
      const seen = Number(await page.evaluate(`${BAR}.value`));
      await until(page, WITHIN_MS, `${BAR}.value > ${seen}`);
      const link = page.getByRole('link', { name: 'Download' });
      await link.waitFor({ timeout: WITHIN_MS });
      const saved = page.waitForEvent('download');
      await link.click();
      expect((await saved).suggestedFilename()).to.equal('video.mp4');
      // The result is a file that seeks.
      const result = (await link.getAttribute('href'))?.replace('?download=1', '');
      await page.evaluate(`(() => {
        const video = document.createElement('video');
        video.id = 'result';
        video.muted = true;
        video.src = ${JSON.stringify(result)};
        video.addEventListener('loadedmetadata', () => { video.currentTime = 7; });
        document.body.append(video);
      })()`);
      await until(
        page,
        WITHIN_MS,
        `document.getElementById('result').seeking === false && document.getElementById('result').currentTime === 7`,
      );
      expect(await page.evaluate(`document.getElementById('result').duration`)).to.equal(10);
      expect(complaints).to.deep.equal([]);
      console.log(`      the bar was first seen at ${seen} %`);
    } finally {
      await browser.close();
    }
  });

  it('is resumed by the browser if the connection is cut, and the bar never goes back', async function () {
    needs(this, 'chromium');
    const browser: Browser = await launchBrowser();
    const proxy = await startFaultProxy(service.url);
    try {
      const { page } = await openPage(browser);
      await page.goto(`${proxy.endpoint}/#/stream/video.mp4?format=mp4&height=144&duration=18`);
      await page.evaluate(`(() => {
        window.seen = [];
        const list = document.querySelector('#exports');
        const look = () => window.seen.push(...[${BAR}].flatMap((bar) => (bar ? [bar.value] : [])));
        new MutationObserver(look).observe(list, { attributes: true, childList: true, subtree: true });
      })()`);
      await page.getByRole('button', { name: 'As asked' }).click();
      await until(page, WITHIN_MS, 'window.seen.at(-1) > 0 && window.seen.at(-1) < 100');
      const before = Number(await page.evaluate('window.seen.length'));
      proxy.cut();
      await page.getByRole('link', { name: 'Download' }).waitFor({ timeout: WITHIN_MS });
      const seen = (await page.evaluate('window.seen')) as number[];
      expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
      expect(seen.length).to.be.above(before);
      // It has asked twice, the second time after its last event.
      const asked = proxy.heads.filter(({ path }) => path.startsWith('/export/'));
      const seenBefore = asked.map(({ headers }) => Boolean(headers['last-event-id']));
      expect(seenBefore).to.deep.equal([false, true]);
    } finally {
      await proxy.close();
      await browser.close();
    }
  });

  it('is followed again by the page if the server was busy for a moment', async function () {
    needs(this, 'chromium');
    const browser: Browser = await launchBrowser();
    try {
      const { page } = await openPage(browser);
      let asked = 0;
      await page.route('**/export/**', async (route) => {
        asked++;
        // One event and the end; then a refusal, and a check that it was one; then the service.
        const id = '1-0-1-0-0';
        const body = `retry: 10\nid: ${id}\nevent: queued\ndata: {}\n\n`;
        if (asked === 1) await route.fulfill({ contentType: 'text/event-stream', body });
        else if (asked <= 3)
          await route.fulfill({ status: 429, contentType: 'application/json', body: '{}' });
        else await route.continue();
      });
      await page.goto(`${service.url}/#/stream/video.mp4?format=wav&duration=1`);
      await page.getByRole('button', { name: 'As asked' }).click();
      await page.getByRole('link', { name: 'Download' }).waitFor({ timeout: WITHIN_MS / 4 });
      expect(asked).to.equal(4);
    } finally {
      await browser.close();
    }
  });

  it('that cannot be stored fails in words that name nothing of the store; the log has more', async function () {
    needs(this, 'ffmpeg');
    const derived = join(folder, 'full');
    await mkdir(derived);
    // The place of the results.
    await writeFile(join(derived, 'made'), '');
    const unable = await startService({ MEDIA_DIR: demoDirectory, DERIVED_DIR: derived });
    const events = await readEvents(`${unable.url}/export/video.mp4?format=mp3&duration=1`);
    const { name, data } = events.at(-1) ?? {};
    expect(name).to.equal('failed');
    expect(data?.problem).to.deep.equal({
      type: 'urn:sluice:problem:source-unavailable',
      title: 'The store is unavailable',
      status: 503,
      detail: 'The output cannot be stored or read at the moment; try again shortly.',
    });
    await unable.close();
    const logged = unable.logs.map(({ text }) => text).join('\n');
    expect(logged).to.match(/"cause":"[^"]*EEXIST/);
  });

  it('is refused before it begins, with the problem of /stream', async () => {
    const refused = [
      ['/export/video.mp4?format=gif', 'text/event-stream', 400, 'bad-parameter'],
      ['/export/video.mp4?format=mp3', 'text/html', 406, 'not-acceptable'],
      ['/export/nothing.mp4?format=mp3', '*/*', 404, 'not-found'],
      ['/made/video.mp4/0123456789012345678901.mp4', '*/*', 404, 'not-found'],
      ['/made/video.mp4/what.mp4', '*/*', 404, 'not-found'],
    ] as const;
    for (const [address, accept, status, type] of refused) {
      const response = await fetch(`${service.url}${address}`, { headers: { accept } });
      expect(response.status, address).to.equal(status);
      expect(await response.json())
        .property('type')
        .to.equal(`urn:sluice:problem:${type}`);
    }
  });
});

/** Each id once and rising, each stage in its turn, the numbers never going back. */
function expectCourse(events: readonly SeenEvent[]): void {
  const names = events.map(({ name }) => name).filter((name, i, all) => name !== all[i - 1]);
  expect(names).to.deep.equal(['queued', 'probing', 'progress', 'done']);
  let before = { rank: -1, ticks: -1, doneMs: -1, bytes: -1 };
  for (const [i, { id, name, data }] of events.entries()) {
    const position = parsePosition(id);
    if (position === null) throw new Error(`${id} is no position`);
    expect(position.rank).to.be.at.least(before.rank);
    for (const key of ['ticks', 'doneMs', 'bytes'] as const)
      expect(position[key]).to.be.at.least(before[key]);
    before = position;
    if (name !== 'progress') continue;
    const last = events[i - 1]?.data ?? {};
    for (const key of ['percent', 'secondsDone', 'bytes']) expect(data[key]).to.be.at.least(last[key] ?? 0);
    expect(data.percent).to.be.within(0, 100);
  }
}

/** As `/media` serves: a length, ranges, conditions, HEAD, and for ever. */
async function expectServed(url: string, file: Buffer, name: string): Promise<void> {
  const head = await fetch(url, { method: 'HEAD' });
  expect(head.headers.get('x-amzn-remapped-content-length')).to.equal(String(file.length));
  expect(head.headers.get('content-disposition')).to.equal(`inline; filename="${name}"`);
  expect(head.headers.get('cache-control')).to.equal('max-age=31536000, immutable');
  const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
  expect(part.status).to.equal(206);
  expect(part.headers.get('content-range')).to.equal(`bytes 100-199/${file.length}`);
  expect(Buffer.from(await part.arrayBuffer()).equals(file.subarray(100, 200))).to.equal(true);
  const headers = { 'if-none-match': head.headers.get('etag') ?? '' };
  expect((await fetch(url, { headers })).status).to.equal(304);
  const saved = await fetch(`${url}?download=1`, { method: 'HEAD' });
  expect(saved.headers.get('content-disposition')).to.equal(`attachment; filename="${name}"`);
}
