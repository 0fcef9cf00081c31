import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { findObject } from '../../functions/stream/answer/answer-object.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import { openCopyTrack } from '../../functions/stream/media/copy-track.ts';
import type { CopyTrack } from '../../functions/stream/media/model/copy-track.ts';
import { createProbeCache } from '../../functions/stream/media/probe/probe-cache.ts';
import { probeObject } from '../../functions/stream/open/probe-object.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { createS3Client, s3Source } from '../../functions/stream/source/s3.ts';
import { startCeph } from '../../testing/ceph.ts';
import { chosenCuts } from '../../testing/copies.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { makeLongFilm } from '../../testing/long-film.ts';
import { needs } from '../../testing/needs.ts';
import { problemOf } from '../../testing/problem.ts';
import { s3Environment } from '../../testing/s3-environment.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const KEY = 'two hours.mp4';

/** One process that answers requests for copied segments. */
function instance(endpoint: Record<string, string>) {
  const source = s3Source({ client: createS3Client(endpoint), bucket: endpoint.MEDIA_BUCKET ?? '' });
  const probes = createProbeCache();
  const cache = createBlockCache();
  const services = { source, probes, cache, config: { ffprobePath: '/usr/bin/ffprobe' } };
  const context = { signal, trace: createTrace() };

  /** Opens a track; with the version in its address, a segment needs no look at a known object. */
  async function open(trackIndex: number, inspectsKeyframes: boolean): Promise<CopyTrack> {
    const found = await findObject(KEY, services, context, { indexAlone: true, names: () => true });
    const probed = await probeObject(found, services, context);
    const { object } = found;
    const access = cachedAccess(source, object, signal, { cache });
    const input = { probed, source, object, access, trackIndex, zeroSeconds: 0, inspectsKeyframes, signal };
    const track = await openCopyTrack(input);
    if ('whyNot' in track) throw new Error(track.whyNot);
    return track;
  }

  return {
    probes,
    open,
    async segment(trackIndex: number, fromTheEnd: number): Promise<Buffer> {
      const track = await open(trackIndex, false);
      const cuts = chosenCuts(track, 4);
      const from = cuts.length - 1 - fromTheEnd;
      return buffer(await track.segment(cuts[from] ?? 0, cuts[from + 1] ?? 0, from + 1).open());
    },
  };
}

describe('requests for copied segments of two hours', function () {
  this.timeout(180_000);
  let proxy: FaultProxy;
  let environment: Record<string, string>;
  let put: (body: Buffer) => Promise<unknown>;
  before(async function () {
    needs(this, 'ceph', 'ffmpeg');
    const ceph = await startCeph();
    const { folder, name } = await makeLongFilm();
    put = (Body) => ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key: KEY, Body }));
    await put(await readFile(join(folder, name)));
    proxy = await startFaultProxy(ceph.endpoint, { latencyMilliseconds: 30 });
    environment = s3Environment(ceph, proxy.endpoint);
  });
  after(() => proxy?.close());

  /** Counts the requests of `work` to the store; its bytes are those of a segment, or none. */
  async function counted(what: string, work: () => Promise<Buffer | CopyTrack>) {
    const [requests, bytes, start] = [proxy.requests.length, proxy.bodyBytes(), performance.now()];
    const output = await work();
    const milliseconds = Math.round(performance.now() - start);
    const segmentBytes = Buffer.isBuffer(output) ? output.length : 0;
    const result = {
      segmentBytes,
      requests: proxy.requests.slice(requests),
      bytes: proxy.bodyBytes() - bytes,
    };
    console.log(
      `      ${what}: ${result.requests.length} requests, ${result.bytes} bytes for a segment of ${segmentBytes}, ${milliseconds} ms`,
    );
    return result;
  }

  it('are three for an instance that knows nothing, and one for one that does', async () => {
    const { segment, probes } = instance(environment);
    const cold = await counted('cold', () => segment(0, 3));
    const warm = await counted('warm', () => segment(0, 2));
    const audio = await counted('audio, warm', () => segment(1, 2));
    console.log(`      cached: ${probes.usedBytes} bytes (${cold.requests.join(', ')})`);
    expect(cold.requests).to.have.length(3);
    expect(warm.requests).to.have.length(1);
    expect(warm.bytes).to.be.at.most(1.1 * warm.segmentBytes);
    expect(audio.requests).to.have.length(1);
    // The file's index, a head of 64 KB, and the segment.
    const [, from, to] = /=(\d+)-(\d+)$/.exec(cold.requests[1] ?? '') ?? [];
    const indexBytes = Number(to) - Number(from) + 1;
    expect(cold.bytes - indexBytes - 65_536).to.be.at.most(1.1 * cold.segmentBytes);
  });

  it('are three by turns for a playlist, which looks at key frames', async () => {
    const { open } = instance(environment);
    const cold = await counted('playlist, cold', () => open(0, true));
    const warm = await counted('playlist, warm', () => open(0, true));
    expect(cold.requests).to.have.length(10);
    expect(warm.requests).to.have.length(0);
  });

  it('meet a version that is there no more', async () => {
    const { segment, probes } = instance(environment);
    await segment(0, 3);
    await put(Buffer.from('another object'));
    expect((await problemOf(segment(0, 2))).type).to.equal('source-changed');
    probes.forget(KEY);
    expect((await problemOf(segment(0, 2))).type).to.equal('not-media');
  });
});
