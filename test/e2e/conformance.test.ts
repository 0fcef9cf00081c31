import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { startCeph } from '../../testing/ceph.ts';
import { conformanceDirectory, needs } from '../../testing/needs.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

describe('range and conditional requests on /media', function () {
  this.timeout(180_000);
  const body = randomBytes(300_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'conformance');
    folder = await mkdtemp(join(tmpdir(), 'sluice-conformance-'));
    await writeFile(join(folder, 'film.mp4'), body);
    await writeFile(join(folder, 'empty.mp4'), '');
  });
  afterEach(() => service?.close());
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('pass from a directory', async () => {
    service = await startService({ MEDIA_DIR: folder }, { maxInstances: 20 });
    await replay();
  });

  it('pass from S3', async function () {
    needs(this, 'ceph');
    const ceph = await startCeph();
    for (const [Key, Body] of [['film.mp4', body] as const, ['empty.mp4', Buffer.alloc(0)] as const]) {
      await ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key, Body }));
    }
    service = await startService({ ...s3Environment(ceph), REDIRECT_DOWNLOADS: '0' }, { maxInstances: 20 });
    await replay();
  });

  async function replay(): Promise<void> {
    const files = ['--file-path', '/media/film.mp4', '--empty-path', '/media/empty.mp4'];
    const args = ['--base', service.url, ...files, '--local', join(folder, 'film.mp4')];
    const { stdout } = await promisify(execFile)('node', [
      join(conformanceDirectory, 'range-run.mjs'),
      ...args,
    ]);
    console.log(`      ${stdout.trim().split('\n').at(-1)}`);
    const [, passed, failed, skipped] = /(\d+) passed, (\d+) failed, (\d+) skipped/.exec(stdout) ?? [];
    expect(Number(passed), stdout).to.be.at.least(90);
    expect([failed, skipped], stdout).to.deep.equal(['0', '0']);
  }
});
