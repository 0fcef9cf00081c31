import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { type Ceph, startCeph } from '../../testing/ceph.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { needs } from '../../testing/needs.ts';
import { type Received, receive } from '../../testing/receive.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

describe('a segment that fails in the middle', function () {
  this.timeout(180_000);
  let folder: string;
  let film: Buffer;
  let ceph: Ceph;
  let proxy: FaultProxy;
  let service: Service;

  before(async function () {
    needs(this, 'ceph', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-adaptive-faults-'));
    const path = join(folder, 'film.mp4');
    // Noise, and much of it: ffmpeg must not read a whole segment ahead.
    const noise = ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=24:d=8,noise=alls=60:allf=t'];
    const video = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-b:v',
      '60M',
      '-g',
      '24',
      '-pix_fmt',
      'yuv420p',
    ];
    await ffmpeg(...noise, ...video, '-movflags', '+faststart', path);
    film = await readFile(path);
    ceph = await startCeph();
    await put('film.mp4', film);
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(ceph.endpoint);
    // Nothing of the film is in its cache.
    service = await start();
  });
  afterEach(async () => {
    await service?.close();
    await proxy?.close();
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const put = (Key: string, Body: Buffer) =>
    ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key, Body }));
  const goneForGood = async () => proxy.always({ kind: 'refuse', status: 503, code: 'SlowDown' });

  it('because the store fails: copied, the connection breaks after a correct start', async () => {
    const path = '/hls/film.mp4/copy/2.m4s';
    const whole = await receive(service.url + path);
    expect([whole.status, whole.broke]).to.deep.equal([200, false]);
    proxy.script({ kind: 'reset', afterBytes: whole.bytes.length / 2, before: goneForGood });
    expectStart(await receive(service.url + path), whole.bytes);
  });

  it('because the store fails: encoded, the connection breaks after a correct start', async () => {
    const path = '/hls/film.mp4/240p/2.m4s';
    const whole = await receive(service.url + path);
    expect([whole.status, whole.broke]).to.deep.equal([200, false]);
    await service.close();
    service = await start();
    expect((await receive(`${service.url}/hls/film.mp4/master.m3u8`)).status).to.equal(200);
    // So slow that the end of the segment's source is still to be read when the first frames are out.
    proxy.always({ kind: 'slow', bytesPerSecond: 6_000_000 });
    expectStart(await receive(service.url + path, proxy.close), whole.bytes);
  });

  it('is not begun if the source ends too soon: 415 with the reason', async () => {
    await put('cut.mp4', film.subarray(0, film.length / 2));
    for (const path of ['/hls/cut.mp4/master.m3u8', '/hls/cut.mp4/copy/0.m4s', '/dash/cut.mp4/240p/0.m4s']) {
      const { status, bytes } = await receive(service.url + path);
      expect(status).to.equal(415);
      expect(bytes.toString()).to.match(/The index points outside the file, which is cut off or damaged/);
    }
  });

  function expectStart({ status, bytes, broke }: Received, whole: Buffer): void {
    expect([status, broke]).to.deep.equal([200, true]);
    expect(bytes.length).to.be.within(1, whole.length - 1);
    expect(bytes.equals(whole.subarray(0, bytes.length))).to.equal(true);
  }

  function start(): Promise<Service> {
    const environment = { ...s3Environment(ceph, proxy.endpoint), READ_TIMEOUT_SECONDS: '1' };
    return startService(environment, { maxInstances: 1 });
  }
});
