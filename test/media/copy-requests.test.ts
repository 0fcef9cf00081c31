import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { openCopyTrack } from '../../functions/stream/media/copy-track.ts';
import { createProbeCache } from '../../functions/stream/media/probe-cache.ts';
import { findObject, probeObject } from '../../functions/stream/open/open-object.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { createS3Client, s3Source } from '../../functions/stream/source/s3.ts';
import { createTrace } from '../../functions/stream/trace.ts';
import { startCeph } from '../support/ceph.ts';
import { chosenCuts } from '../support/copies.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { makeLongFilm } from '../support/long-film.ts';
import { needs } from '../support/needs.ts';
import { s3Environment } from '../support/s3-environment.ts';

const { signal } = new AbortController();
const KEY = 'two hours.mp4';

/** One process that answers requests, as far as copied segments go. */
function instance(endpoint: Record<string, string>) {
  const source = s3Source({ client: createS3Client(endpoint), bucket: endpoint.MEDIA_BUCKET ?? '' });
  const probes = createProbeCache();
  const cache = createBlockCache();
  const desk = { source, probes, cache, ffprobePath: '/usr/bin/ffprobe', signal, trace: createTrace() };
  return {
    probes,
    /** With the version in its address, a segment needs no look at the object that is known already. */
    async segment(fromTheEnd: number) {
      const found = await findObject(KEY, desk, { indexAlone: true, names: () => true });
      const probed = await probeObject(found, desk);
      const access = cachedAccess(source, found.object, signal, { cache });
      const input = { probed, source, object: found.object, access, trackIndex: 0, zeroSeconds: 0, signal };
      const track = await openCopyTrack({ ...input, looksAtPictures: false });
      if ('whyNot' in track) throw new Error(track.whyNot);
      const cuts = chosenCuts(track, 4);
      const from = cuts.length - 1 - fromTheEnd;
      return buffer(await track.segment(cuts[from] ?? 0, cuts[from + 1] ?? 0, from + 1).open());
    },
  };
}

describe('requests for a copied segment near the end of two hours', function () {
  this.timeout(180_000);
  let proxy: FaultProxy;
  let environment: Record<string, string>;
  before(async function () {
    needs(this, 'ceph', 'ffmpeg');
    const ceph = await startCeph();
    const { folder, name } = await makeLongFilm();
    const Body = await readFile(join(folder, name));
    await ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key: KEY, Body }));
    proxy = await startFaultProxy(ceph.endpoint, { latencyMilliseconds: 30 });
    environment = s3Environment(ceph, proxy.endpoint);
  });
  after(() => proxy?.close());

  async function counted(work: () => Promise<Buffer>) {
    const [requests, bytes, start] = [proxy.requests.length, proxy.bodyBytes(), performance.now()];
    const segment = await work();
    return {
      segment,
      milliseconds: Math.round(performance.now() - start),
      requests: proxy.requests.slice(requests),
      bytes: proxy.bodyBytes() - bytes,
    };
  }

  it('are three for an instance that knows nothing, and one for one that does', async () => {
    const { segment, probes } = instance(environment);
    const cold = await counted(() => segment(3));
    const warm = await counted(() => segment(2));
    for (const [name, { segment, milliseconds, requests, bytes }] of Object.entries({ cold, warm })) {
      console.log(
        `      ${name}: ${requests.length} requests, ${bytes} bytes for ${segment.length}, ${milliseconds} ms` +
          ` (${requests.join(', ')})`,
      );
    }
    console.log(`      held: ${probes.usedBytes} bytes`);
    expect(cold.requests).to.have.length(3);
    expect(warm.requests).to.have.length(1);
    expect(warm.bytes).to.be.at.most(1.1 * warm.segment.length);
  });
});
