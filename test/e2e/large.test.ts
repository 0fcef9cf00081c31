import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { startCeph } from '../../testing/ceph.ts';
import { needs } from '../../testing/needs.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

describe('more than one response carries', function () {
  this.timeout(120_000);
  const limit = { MAX_RESPONSE_BYTES: '1000000' };
  const body = randomBytes(2_500_000);
  let service: Service;
  afterEach(() => service?.close());

  it('is sent from the store itself, which a player follows to the last byte', async function () {
    needs(this, 'ceph');
    const ceph = await startCeph();
    await ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key: 'large film.mp4', Body: body }));
    service = await startService({ ...s3Environment(ceph), ...limit });
    const address = `${service.url}/media/large%20film.mp4?download=1`;

    const redirect = await fetch(address, { redirect: 'manual', headers: { range: 'bytes=0-' } });
    expect(redirect.status).to.equal(307);
    expect(redirect.headers.get('cache-control')).to.equal('no-store');
    const followed = await fetch(address, { headers: { range: 'bytes=10-' } });
    expect(followed.status).to.equal(206);
    expect(followed.headers.get('content-range')).to.equal('bytes 10-2499999/2500000');
    expect(followed.headers.get('content-type')).to.equal('video/mp4');
    expect(followed.headers.get('content-disposition')).to.equal('attachment; filename="large film.mp4"');
    expect(Buffer.from(await followed.arrayBuffer()).equals(body.subarray(10))).to.equal(true);

    const part = await fetch(address, { redirect: 'manual', headers: { range: 'bytes=5-9' } });
    expect(part.status, 'what fits is answered here').to.equal(206);
    const head = await fetch(address, { method: 'HEAD', redirect: 'manual' });
    expect([head.status, head.headers.get('x-amzn-remapped-content-length')]).to.deep.equal([200, '2500000']);
  });

  it('is not needed for a whole file: the store sends it, with its length, if neither a page nor a player asks', async function () {
    needs(this, 'ceph');
    const ceph = await startCeph();
    await ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key: 'song.mp3', Body: body }));
    const ask = (query: string, headers: Record<string, string> = {}) =>
      fetch(`${service.url}/media/song.mp3${query}`, { redirect: 'manual', headers });
    service = await startService(s3Environment(ceph));
    for (const query of ['', '?download=1', '?CMCD=su']) {
      const redirect = await ask(query);
      const location = redirect.headers.get('location') ?? '';
      expect([redirect.status, redirect.headers.get('cache-control')]).to.deep.equal([307, 'no-store']);
      const whole = await fetch(location);
      expect([whole.status, whole.headers.get('content-length')]).to.deep.equal([200, String(body.length)]);
      expect(whole.headers.get('content-type')).to.equal('audio/mpeg');
      const named = query === '?download=1' ? 'attachment; filename="song.mp3"' : null;
      expect(whole.headers.get('content-disposition')).to.equal(named);
      expect(Buffer.from(await whole.arrayBuffer()).equals(body)).to.equal(true);
    }
    const here = await Promise.all([
      ask('', { range: 'bytes=0-' }),
      ask('', { origin: 'https://app.example' }),
    ]);
    expect(here.map(({ status }) => status)).to.deep.equal([206, 200]);
    for (const answer of here) await answer.body?.cancel();
    const head = await fetch(`${service.url}/media/song.mp3`, { method: 'HEAD', redirect: 'manual' });
    expect([head.status, head.headers.get('content-range')]).to.deep.equal([200, 'bytes 0-2499999/2500000']);

    await service.close();
    service = await startService({ ...s3Environment(ceph), REDIRECT_DOWNLOADS: '0' });
    const sent = await ask('?download=1');
    expect([sent.status, (await sent.arrayBuffer()).byteLength]).to.deep.equal([200, body.length]);
  });

  it('is clipped if the client cannot be redirected, and players follow the true total', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-large-'));
    await writeFile(join(folder, 'film.mp4'), body);
    service = await startService({ MEDIA_DIR: folder, ...limit });
    const parts: Buffer[] = [];
    for (let start = 0; start < body.length; ) {
      const response = await fetch(`${service.url}/media/film.mp4`, {
        headers: { range: `bytes=${start}-` },
      });
      const end = Math.min(start + 1_000_000, body.length);
      expect(response.headers.get('content-range')).to.equal(`bytes ${start}-${end - 1}/2500000`);
      parts.push(Buffer.from(await response.arrayBuffer()));
      start = end;
    }
    expect(Buffer.concat(parts).equals(body)).to.equal(true);

    const whole = await fetch(`${service.url}/media/film.mp4`);
    expect(whole.status).to.equal(413);
    expect(((await whole.json()) as { detail: string }).detail).to.match(
      /2500000 bytes .* 1000000; ask .* in ranges/,
    );
    await rm(folder, { recursive: true });
  });
});
