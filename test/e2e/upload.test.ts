import * as diagnostics from 'node:diagnostics_channel';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type Server, request as startRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { UploadForm } from '../../functions/stream/answer/upload-form.ts';
import type { ProblemBody } from '../../functions/stream/base/problem-body.ts';
import { sign } from '../../functions/stream/route/sign.ts';
import { launchBrowser, openPage } from '../../testing/browser.ts';
import { startCeph } from '../../testing/ceph.ts';
import { needs } from '../../testing/needs.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

const SECRET = '0123456789'.repeat(4);

describe('Uploads', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-upload-'));
    await mkdir(join(folder, 'media'));
    await mkdir(join(folder, 'elsewhere'));
    service = await startService({
      MEDIA_DIR: join(folder, 'media'),
      UPLOADS: '1',
      UPLOAD_MEGABYTES: '1',
      PLAYER_PAGE: '1',
    });
  });
  after(async () => {
    await service?.close();
    await rm(folder, { recursive: true });
  });

  const post = (
    path: string,
    body: string | Uint8Array = 'x',
    headers: Record<string, string> = {},
    to = service,
  ) => fetch(`${to.url}${path}`, { method: 'POST', body, headers });
  const typeOf = async (answer: Response) =>
    `${answer.status} ${((await answer.json()) as ProblemBody).type.replace('urn:sluice:problem:', '')}`;
  const written = async () =>
    (await readdir(join(folder, 'media'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort();

  it('adds a file to a folder, which is in the list then, and replaces none', async () => {
    const form = await fetch(`${service.url}/upload/uploads/new%20film.mp4`);
    expect([form.status, form.headers.get('cache-control')]).to.deep.equal([200, 'no-store']);
    expect(await form.json()).to.deep.equal({
      key: 'uploads/new film.mp4',
      mostBytes: 1_000_000,
      form: null,
    });
    const added = await post('/upload/uploads/new%20film.mp4', 'the film');
    expect([added.status, await added.json()]).to.deep.equal([201, { key: 'uploads/new film.mp4' }]);
    expect(await readFile(join(folder, 'media/uploads/new film.mp4'), 'utf8')).to.equal('the film');
    const list = await fetch(`${service.url}/`, { headers: { accept: 'application/json' } });
    const { media } = (await list.json()) as { media: { key: string }[] };
    expect(media.map(({ key }) => key)).to.deep.equal(['uploads/new film.mp4']);

    expect(await typeOf(await post('/upload/uploads/new%20film.mp4', 'another'))).to.equal('409 exists');
    expect(await typeOf(await fetch(`${service.url}/upload/uploads/new%20film.mp4`))).to.equal('409 exists');
    expect(await readFile(join(folder, 'media/uploads/new film.mp4'), 'utf8')).to.equal('the film');
    expect(await written()).to.deep.equal(['new film.mp4']);
  });

  const REFUSED: readonly (readonly [what: string, path: string, expected: string])[] = [
    ['outside the prefix', '/upload/film.mp4', '400 bad-address'],
    ['above the folder', '/upload/uploads/..%2F..%2Ffilm.mp4', '400 bad-address'],
    ['with a backslash', '/upload/uploads/..%5Cfilm.mp4', '400 bad-address'],
    ['that would be hidden', '/upload/uploads/.film.mp4', '400 bad-address'],
    ['without the extension of media', '/upload/uploads/page.html', '400 bad-address'],
    ['with a control character', '/upload/uploads/a%00.mp4', '400 bad-address'],
    ['too long for a file', `/upload/uploads/${'a'.repeat(300)}.mp4`, '400 bad-address'],
    ['below a file', '/upload/uploads/new%20film.mp4/a.mp4', '409 exists'],
    ['with a parameter of another address', '/upload/uploads/a.mp4?height=1', '400 bad-parameter'],
  ];
  for (const [what, path, expected] of REFUSED) {
    it(`adds no key ${what}`, async () => {
      const before = await written();
      expect(await typeOf(await post(path))).to.equal(expected);
      expect(await written()).to.deep.equal(before);
    });
  }

  it('adds nothing by a link that leads elsewhere', async () => {
    await mkdir(join(folder, 'media/uploads'), { recursive: true });
    await symlink(join(folder, 'elsewhere'), join(folder, 'media/uploads/link'));
    expect(await typeOf(await post('/upload/uploads/link/a.mp4'))).to.equal('400 bad-address');
    expect(await readdir(join(folder, 'elsewhere'))).to.deep.equal([]);
  });

  it('takes no more than its limit, whether the size is told or not, and nothing that is empty', async () => {
    const before = await written();
    const large = Buffer.alloc(1_000_001);
    expect(await typeOf(await post('/upload/uploads/large.mp4', large))).to.equal('413 too-large');
    const untold = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(large);
        controller.close();
      },
    });
    const init = { method: 'POST', body: untold, duplex: 'half' } as const;
    expect(await typeOf(await fetch(`${service.url}/upload/uploads/large.mp4`, init))).to.equal(
      '413 too-large',
    );
    expect(await typeOf(await post('/upload/uploads/empty.mp4', ''))).to.equal('400 bad-request');
    expect(await written()).to.deep.equal(before);
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const before = await written();
    const { host } = new URL(service.url);
    const broken = startRequest(`http://${host}/upload/uploads/broken.mp4`, {
      method: 'POST',
      headers: { 'content-length': '1000' },
    });
    broken.on('error', () => {});
    broken.write('the beginning');
    while ((await written()).length === before.length) await delay(10);
    broken.destroy();
    while ((await written()).length > before.length) await delay(10);
    expect(await written()).to.deep.equal(before);
  });

  it('may take longer than the five minutes of Node.js', async () => {
    const { port } = new URL(service.url);
    const found: Server[] = [];
    const note = (message: unknown) => found.push((message as { server: Server }).server);
    diagnostics.subscribe('http.server.request.start', note);
    await fetch(`${service.url}/health`);
    diagnostics.unsubscribe('http.server.request.start', note);
    const own = found.find((server) => (server.address() as AddressInfo | null)?.port === Number(port));
    expect(own?.requestTimeout).to.equal(0);
  });

  for (const [what, headers] of [
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
    ['another origin that says nothing about sites', { origin: 'http://localhost:1' }],
    ['nowhere', { origin: 'null' }],
  ] as const) {
    it(`takes nothing from a page of ${what}`, async () => {
      const answer = await post('/upload/uploads/foreign.mp4', 'x', headers);
      expect(answer.status).to.equal(403);
      expect(await written()).to.not.include('foreign.mp4');
    });
  }

  it('is off unless a setting says so, and other addresses take no POST', async () => {
    const off = await startService({ MEDIA_DIR: join(folder, 'media'), PLAYER_PAGE: '1' });
    expect(await typeOf(await fetch(`${off.url}/upload/uploads/a.mp4`))).to.equal('404 uploads-off');
    expect(await typeOf(await post('/upload/uploads/a.mp4', 'x', {}, off))).to.equal(
      '405 method-not-allowed',
    );
    expect(await typeOf(await post('/media/uploads/a.mp4'))).to.equal('405 method-not-allowed');
    await off.close();
  });

  it('asks for a signature of the very address where addresses are signed', async () => {
    const signed = await startService({
      MEDIA_DIR: join(folder, 'media'),
      UPLOADS: '1',
      PUBLIC: '0',
      PUBLIC_EXPORTS: '0',
      SIGNING_KEYS: `test:${SECRET}`,
    });
    const key = { id: 'test', secret: SECRET };
    const inAnHour = Math.floor(Date.now() / 1000) + 3600;
    const path = '/upload/uploads/signed.mp4';
    const ofKey = sign(key, { kind: 'key', key: 'uploads/signed.mp4' }, inAnHour);
    const ofAddress = sign(key, { kind: 'address', address: path }, inAnHour);
    expect(await typeOf(await post(path, 'x', {}, signed))).to.equal('403 unsigned');
    expect(await typeOf(await post(`/~${ofKey}${path}`, 'x', {}, signed))).to.equal('403 bad-signature');
    expect(await typeOf(await fetch(`${signed.url}/~${ofKey}${path}`))).to.equal('403 bad-signature');
    expect((await post(`/~${ofAddress}${path}`, 'x', {}, signed)).status).to.equal(201);
    await signed.close();
  });

  it('posts to a bucket by a form that names key, type and size', async function () {
    needs(this, 'ceph');
    const ceph = await startCeph();
    const Bucket = 'uploaded';
    await ceph.client.send(new CreateBucketCommand({ Bucket }));
    await ceph.client.send(new PutObjectCommand({ Bucket, Key: 'uploads/there.mp4', Body: 'x' }));
    const bucket = await startService({
      ...s3Environment(ceph),
      MEDIA_BUCKET: Bucket,
      UPLOADS: '1',
      UPLOAD_MEGABYTES: '1',
      PLAYER_PAGE: '1',
    });
    const formOf = async (name: string) => {
      const answer = await fetch(`${bucket.url}/upload/uploads/${name}`);
      expect(answer.status).to.equal(200);
      const { form } = (await answer.json()) as UploadForm;
      if (form === null) throw new Error('There is no form.');
      return form;
    };
    const submit = async (
      name: string,
      body: string | Uint8Array,
      changed: Record<string, string> = {},
      to = Bucket,
    ) => {
      const { url, fields } = await formOf(name);
      const data = new FormData();
      for (const [field, value] of Object.entries({ ...fields, ...changed })) data.append(field, value);
      data.append('file', new Blob([body]));
      return (await fetch(url.replace(Bucket, to), { method: 'POST', body: data })).status;
    };
    expect(await submit('film.mp4', 'the film')).to.be.within(200, 204);
    const stored = await ceph.client.send(new GetObjectCommand({ Bucket, Key: 'uploads/film.mp4' }));
    expect([await stored.Body?.transformToString(), stored.ContentType]).to.deep.equal([
      'the film',
      'video/mp4',
    ]);
    for (const [what, status] of [
      ['too large', await submit('a.mp4', Buffer.alloc(1_000_001))],
      ['empty', await submit('a.mp4', '')],
      ['another key', await submit('a.mp4', 'x', { key: 'uploads/there.mp4' })],
      ['another type', await submit('a.mp4', 'x', { 'Content-Type': 'text/html' })],
      ['another bucket', await submit('a.mp4', 'x', {}, ceph.bucket)],
    ] as const) {
      expect(status, what).to.be.within(400, 403);
    }
    expect(await typeOf(await fetch(`${bucket.url}/upload/uploads/there.mp4`))).to.equal('409 exists');
    expect(await typeOf(await post('/upload/uploads/b.mp4', 'x', {}, bucket))).to.equal(
      '405 method-not-allowed',
    );
    // The page may post there, and nowhere else.
    const page = await fetch(`${bucket.url}/`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).to.contain(`connect-src 'self' ${ceph.endpoint};`);
    await bucket.close();
  });

  it('go from the page straight into a bucket that lets pages post', async function () {
    needs(this, 'ceph', 'chromium');
    const ceph = await startCeph();
    const Bucket = 'uploaded-by-pages';
    await ceph.client.send(new CreateBucketCommand({ Bucket }));
    const rule = { AllowedMethods: ['POST'], AllowedOrigins: ['*'], AllowedHeaders: ['*'] };
    await ceph.client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
    const settings = { MEDIA_BUCKET: Bucket, UPLOADS: '1', UPLOAD_PREFIX: 'new/', PLAYER_PAGE: '1' };
    const bucket = await startService({ ...s3Environment(ceph), ...settings });
    const browser = await launchBrowser();
    try {
      const { page, complaints } = await openPage(browser);
      await page.goto(bucket.url);
      await page.locator('#upload').waitFor();
      const file = { name: 'a song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.alloc(300_000, 'song') };
      await page.locator('#upload-files').setInputFiles(file);
      await page.locator('#uploads li', { hasText: 'added' }).waitFor();
      await page.locator('.item', { hasText: 'new' }).waitFor();
      const stored = await ceph.client.send(new GetObjectCommand({ Bucket, Key: 'new/a song.mp3' }));
      expect([stored.ContentLength, stored.ContentType]).to.deep.equal([300_000, 'audio/mpeg']);
      expect(complaints).to.deep.equal([]);
    } finally {
      await browser.close();
      await bucket.close();
    }
  });

  it('are in the library at once, also beyond the first page of a list', async function () {
    needs(this, 'chromium');
    const media = join(folder, 'many');
    await mkdir(media);
    for (let number = 1; number <= 1001; number++) await writeFile(join(media, `a${number}.mp4`), 'x');
    const many = await startService({ MEDIA_DIR: media, UPLOADS: '1', PLAYER_PAGE: '1' });
    const browser = await launchBrowser();
    try {
      const { page } = await openPage(browser);
      const asked = new Set<string>();
      page.on('request', (request) => asked.add(new URL(request.url()).pathname));
      await page.goto(many.url);
      await page.locator('#upload').waitFor();
      const file = { name: 'new.mp4', mimeType: 'video/mp4', buffer: Buffer.from('new') };
      await page.locator('#upload-files').setInputFiles(file);
      await page.locator('.folder-row', { hasText: 'uploads' }).click();
      expect(await page.locator('#files .key').allTextContents()).to.deep.equal(['new.mp4']);
      expect(await page.locator('#count').textContent()).to.equal('1001+');
      await page.locator('.step', { hasText: 'All media' }).click();
      await page.locator('#more').click();
      await page.locator('#more-row').waitFor({ state: 'hidden' });
      expect(await page.locator('#count').textContent()).to.equal('1002');
      // Of what is in sight alone.
      expect([...asked].filter((path) => path.startsWith('/info/'))).to.have.length.below(30);
    } finally {
      await browser.close();
      await many.close();
    }
  });
});
