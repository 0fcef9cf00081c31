import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { launchBrowser, openPage } from '../../testing/browser.ts';
import { startCeph } from '../../testing/ceph.ts';
import { functionLines, type LogFields, linesWhich } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

type List = { readonly media: readonly { readonly key: string }[]; readonly next: string | null };

const EPISODES = 1_204;

describe('the list of media', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;
  let browser: Browser | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-list-'));
    await mkdir(join(folder, 'series'));
    for (let i = 1; i <= EPISODES; i++) await writeFile(join(folder, `series/film ${i}.mp4`), 'x');
    // Between its pages, and in front of the second one.
    for (let i = 0; i < 3; i++) await writeFile(join(folder, `series/film 19${i}.secret.txt`), 'x');
    for (const key of ['Film 10.mp4', 'Film 2.mp4', 'back\\slash.mp4', '.hidden.mp4', 'tab\tkey.mp4']) {
      await writeFile(join(folder, key), 'x');
    }
    service = await startService({ MEDIA_DIR: folder, PLAYER_PAGE: '1' });
  });
  after(async () => {
    await browser?.close();
    await service?.close();
    await rm(folder, { recursive: true });
  });

  async function ask(from: Service, after?: string): Promise<List> {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    const answer = await fetch(`${from.url}/${query}`, { headers: { accept: 'application/json' } });
    expect(answer.status).to.equal(200);
    return (await answer.json()) as List;
  }

  it('says where it goes on after a thousand, and each page is in natural order', async () => {
    const first = await ask(service);
    expect(first.next).to.be.a('string');
    const second = await ask(service, first.next ?? '');
    expect(second.next).to.equal(null);
    const pages = [first, second].map(({ media }) => media.map(({ key }) => key));
    const all = pages.flat();
    expect(all).to.have.length(EPISODES + 2);
    expect(new Set(all).size).to.equal(all.length);
    expect(pages[0]?.slice(0, 3)).to.deep.equal(['Film 2.mp4', 'Film 10.mp4', 'series/film 1.mp4']);
    for (const page of pages) {
      const numbers = page.flatMap((key) => /^series.film (\d+)/.exec(key)?.[1] ?? []).map(Number);
      expect(numbers).to.deep.equal([...numbers].sort((a, b) => a - b));
    }
  });

  it('says so on the page, which loads the rest', async function () {
    needs(this, 'chromium');
    browser = await launchBrowser();
    const { page, complaints } = await openPage(browser);
    await page.goto(service.url);
    await page.getByText('There is more media.').waitFor();
    expect(await page.locator('#count').textContent()).to.match(/^\d+\+$/);
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText(`${EPISODES + 2}`, { exact: true }).waitFor();
    expect(await page.getByText('There is more media.').isVisible()).to.equal(false);
    const keys = () => page.locator('#files .key').allTextContents();
    expect(await keys()).to.deep.equal(['series', 'Film 2.mp4', 'Film 10.mp4']);
    await page.locator('.item', { hasText: 'series' }).click();
    expect(await keys()).to.deep.equal(Array.from({ length: EPISODES }, (_, i) => `film ${i + 1}.mp4`));

    // Only what is seen is looked at: the last is asked for soon, whatever lies between.
    const ofSeries = ({ path }: LogFields) => String(path).startsWith('/info/series/');
    const first =
      'document.querySelector("#shelf").clientHeight / document.querySelector(".item").offsetHeight';
    const seen = Math.ceil(await page.evaluate<number>(first)) + 1;
    await linesWhich(service, 3, ofSeries);
    await page.locator('.item').last().scrollIntoViewIfNeeded();
    await linesWhich(service, 1, ({ path }) => path === `/info/series/film%20${EPISODES}.mp4`);
    expect(functionLines(service).filter(ofSeries).length).to.be.at.most(2 * seen);
    expect(complaints.filter((text) => !/415|film/i.test(text))).to.deep.equal([]);
  });

  it('lists the objects of a bucket that an address opens, and no others', async function () {
    needs(this, 'ceph');
    const ceph = await startCeph();
    // The bucket of the other suites contains their leftovers.
    const Bucket = 'listed';
    await ceph.client.send(new CreateBucketCommand({ Bucket }));
    const open = [
      'a b.mp4',
      'a+b.mp4',
      '100%.mp4',
      '%41.mp4',
      'ü/é.mp4',
      '/slash.mp4',
      'two//slashes.mp4',
      '~x.mp4',
    ];
    const closed = [
      'back\\slash.mp4',
      'a/../b.mp4',
      'a/./c.mp4',
      'bell\u0007.mp4',
      '%2e%2e/d.mp4',
      'e%5cf.mp4',
      'line\n.mp4',
    ];
    for (const Key of [...open, ...closed, 'notes.txt', 'folder.mp4/']) {
      await ceph.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    }
    const bucket = await startService({ ...s3Environment(ceph), MEDIA_BUCKET: Bucket, PLAYER_PAGE: '1' });
    const { media, next } = await ask(bucket);
    expect(next).to.equal(null);
    expect(media.map(({ key }) => key)).to.have.members(open);
    for (const { key } of media) {
      const path = key.split('/').map(encodeURIComponent).join('/');
      expect((await fetch(`${bucket.url}/media/${path}`, { method: 'HEAD' })).status, key).to.equal(200);
    }
    await bucket.close();
  });
});
