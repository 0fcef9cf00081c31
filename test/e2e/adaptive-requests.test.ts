import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { startCeph } from '../../testing/ceph.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { makeLongFilm } from '../../testing/long-film.ts';
import { needs } from '../../testing/needs.ts';
import { residentMegabytes } from '../../testing/rss.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

const KEY = 'long/two hours.mp4';
const AT = `/hls/${encodeURI(KEY)}/copy`;

describe('what the whole service asks of the store for a copied segment near the end of two hours', function () {
  this.timeout(180_000);
  let proxy: FaultProxy;
  let environment: Record<string, string>;
  let tidy: () => Promise<unknown>;
  before(async function () {
    needs(this, 'ceph', 'ffmpeg');
    const ceph = await startCeph();
    const { folder, name } = await makeLongFilm();
    const object = { Bucket: ceph.bucket, Key: KEY };
    await ceph.client.send(new PutObjectCommand({ ...object, Body: await readFile(join(folder, name)) }));
    tidy = () => ceph.client.send(new DeleteObjectCommand(object));
    proxy = await startFaultProxy(ceph.endpoint, { latencyMilliseconds: 30 });
    environment = s3Environment(ceph, proxy.endpoint);
  });
  after(async () => {
    await proxy?.close();
    await tidy?.();
  });

  it('is three requests of an instance that knows nothing, and one of one that does', async () => {
    const other = await startService(environment, { maxInstances: 1 });
    const playlist = await (await fetch(`${other.url}${AT}/index.m3u8`)).text();
    await other.close();
    const names = playlist.split('\n').filter((line) => line.includes('.m4s'));
    expect(names.length).to.be.above(1_000);

    const service = await startService(environment, { maxInstances: 1 });
    await (await fetch(`${service.url}/health`)).text();
    const pid = service.instances()[0]?.pid ?? expect.fail('no instance runs');
    const idle = await residentMegabytes(pid);
    const cold = await counted(service, names.at(-3));
    const warm = await counted(service, names.at(-2));
    const resident = await residentMegabytes(pid);
    await service.close();
    console.log(
      `      resident: ${idle.toFixed(0)} MB before the first segment, ${resident.toFixed(0)} MB after`,
    );
    expect(cold.requests).to.have.length(3);
    expect(warm.requests).to.have.length(1);
    expect(warm.sourceBytes).to.be.at.most(1.1 * warm.segmentBytes);
    expect(resident - idle).to.be.below(96);
  });

  async function counted(service: Service, name = '') {
    const [requests, bytes, start] = [proxy.requests.length, proxy.bodyBytes(), performance.now()];
    const response = await fetch(`${service.url}${AT}/${name}`);
    const segmentBytes = (await response.arrayBuffer()).byteLength;
    const milliseconds = performance.now() - start;
    expect(response.status).to.equal(200);
    const asked = proxy.requests.slice(requests);
    const sourceBytes = proxy.bodyBytes() - bytes;
    console.log(
      `      ${name}: ${asked.length} requests (${asked.join(', ')}), ${sourceBytes} bytes for ${segmentBytes}, ` +
        `${milliseconds.toFixed(0)} ms`,
    );
    return { requests: asked, sourceBytes, segmentBytes };
  }
});
