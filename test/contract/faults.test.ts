import type { Readable } from 'node:stream';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { Problem } from '../../functions/stream/base/problem.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { readExtents } from '../../functions/stream/source/extents.ts';
import { openLoopback } from '../../functions/stream/source/loopback.ts';
import { resuming } from '../../functions/stream/source/resume.ts';
import { createS3Client, s3Source } from '../../functions/stream/source/s3.ts';
import type { Source, StoredObject } from '../../functions/stream/source/source.ts';
import { type Ceph, startCeph } from '../../testing/ceph.ts';
import { countStreamed } from '../../testing/counted-stream.ts';
import { descriptorsComeDownTo, openDescriptors } from '../../testing/descriptors.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { needs } from '../../testing/needs.ts';
import { problemOf } from '../../testing/problem.ts';
import { pattern } from '../../testing/sources.ts';

const SIZE = 1_200_000;
const busy: Fault = { kind: 'refuse', status: 503, code: 'SlowDown' };
const reset = (afterBytes: number): Fault => ({ kind: 'reset', afterBytes });
const stall = (afterBytes: number): Fault => ({ kind: 'stall', afterBytes });
const short = (afterBytes: number): Fault => ({ kind: 'short', afterBytes });

describe('S3 with faults on the way', function () {
  this.timeout(60_000);
  const { signal } = new AbortController();
  const bytes = pattern(SIZE);
  let ceph: Ceph;
  let proxy: FaultProxy;
  let client: S3Client;
  let source: Source;
  let object: StoredObject;

  before(async function () {
    needs(this, 'ceph');
    ceph = await startCeph();
    proxy = await startFaultProxy(ceph.endpoint);
    client = clientOf(proxy, ceph);
    source = resuming(s3Source({ client, bucket: ceph.bucket }), { stallMilliseconds: 400, attempts: 3 });
    await put('faults.mp4', bytes);
    object = await source.stat('faults.mp4', signal);
  });
  after(async () => {
    client?.destroy();
    await proxy?.close();
  });
  afterEach(() => {
    proxy?.script();
    proxy?.always(null);
  });

  const whole: readonly [string, readonly Fault[]][] = [
    ['a reset in mid-body', [reset(300_000)]],
    ['a reset before the first byte of the body', [reset(0)]],
    ['a reset before the last byte', [reset(SIZE - 1)]],
    ['a reset after the last byte', [reset(SIZE)]],
    ['eight resets, each after some progress', Array.from({ length: 8 }, () => reset(100_000))],
    ['three breaks in a row without progress', [reset(500_000), reset(0), short(0)]],
    ['a stall in mid-body', [stall(300_000)]],
    ['a stall before the first byte of the body', [stall(0)]],
    ['a clean end in mid-body', [short(300_000)]],
    ['two 503 before the answer', [busy, busy]],
    ['a break and then 503', [reset(300_000), busy, busy, busy, busy]],
    ['one of each', [busy, reset(100_000), stall(100_000), busy, short(100_000)]],
    ['a slow connection', [{ kind: 'slow', bytesPerSecond: 2_000_000 }]],
  ];
  for (const [what, faults] of whole) {
    it(`reads to the end through ${what}`, async () => {
      proxy.script(...faults);
      const { read, failure } = await collect(await source.read(object, { start: 0, end: SIZE }, signal));
      expect(failure).to.equal(null);
      expect(read.equals(bytes)).to.equal(true);
    });
  }

  it('goes on from the byte where it stopped, and reads no byte twice', async () => {
    proxy.script(reset(300_000));
    const from = proxy.requests.length;
    await collect(await source.read(object, { start: 10, end: 1_000_010 }, signal));
    expect(proxy.requests.slice(from)).to.deep.equal(['GET bytes=10-1000009', 'GET bytes=300010-1000009']);
  });

  it('says that the store is unavailable if nothing answers before the first byte', async () => {
    proxy.always(busy);
    const problems = await Promise.all([
      problemOf(source.stat('faults.mp4', signal)),
      problemOf(source.read(object, { start: 0, end: SIZE }, signal)),
      problemOf(source.list('', 10, signal)),
    ]);
    for (const problem of problems) {
      expect(problem).to.include({ type: 'source-unavailable', status: 503 });
      expect(problem.headers).to.have.property('retry-after');
      expect(problem.message).to.not.match(/SlowDown|scripted|127\.0\.0\.1/);
    }
  });

  const broken: readonly [string, Fault, Fault][] = [
    ['503 for good', reset(300_000), busy],
    ['resets for good', reset(300_000), reset(0)],
    ['stalls for good', reset(300_000), stall(0)],
    ['clean ends for good', short(300_000), short(0)],
    ['a denial', reset(300_000), { kind: 'refuse', status: 403, code: 'AccessDenied' }],
  ];
  for (const [what, first, then] of broken) {
    it(`breaks the stream, and does not end it, after ${what} in mid-body`, async () => {
      proxy.script(first);
      const body = await source.read(object, { start: 0, end: SIZE }, signal);
      proxy.always(then);
      const { read, failure } = await collect(body);
      expect(failure).to.be.instanceOf(Problem);
      expect(failure).to.have.property('type', what === 'a denial' ? 'forbidden' : 'source-unavailable');
      expect(read.length).to.be.below(SIZE);
      expect(read.equals(bytes.subarray(0, read.length))).to.equal(true);
    });
  }

  it('never mixes two versions: an object replaced in mid-read breaks a stream that must be resumed', async () => {
    await put('swap.mp4', bytes);
    const old = await source.stat('swap.mp4', signal);
    const before = () => put('swap.mp4', pattern(SIZE, 7));
    proxy.script({ kind: 'reset', afterBytes: 300_000, before });
    const { read, failure } = await collect(await source.read(old, { start: 0, end: SIZE }, signal));
    expect(failure).to.have.property('type', 'source-changed');
    expect(read.length).to.be.above(0).and.below(SIZE);
    expect(read.equals(bytes.subarray(0, read.length))).to.equal(true);
  });

  it('never mixes two versions: an unbroken stream has the old one to its end', async () => {
    await put('swap.mp4', bytes);
    const old = await source.stat('swap.mp4', signal);
    proxy.script({ kind: 'meanwhile', afterBytes: 300_000, run: () => put('swap.mp4', pattern(SIZE, 8)) });
    const { read, failure } = await collect(await source.read(old, { start: 0, end: SIZE }, signal));
    expect(failure).to.equal(null);
    expect(read.equals(bytes)).to.equal(true);
  });

  it('says that an object was deleted in mid-read', async () => {
    await put('gone.mp4', bytes);
    const old = await source.stat('gone.mp4', signal);
    const before = () => ceph.client.send(new DeleteObjectCommand({ Bucket: ceph.bucket, Key: 'gone.mp4' }));
    proxy.script({ kind: 'reset', afterBytes: 300_000, before });
    const { failure } = await collect(await source.read(old, { start: 0, end: SIZE }, signal));
    expect(failure).to.have.property('type', 'not-found');
  });

  it('does not take a slow reader for a stalled store', async () => {
    const from = proxy.requests.length;
    const body = await source.read(object, { start: 0, end: SIZE }, signal);
    // Nobody reads for longer than the stall limit; then everything still comes, from one request.
    await new Promise((resolve) => setTimeout(resolve, 900));
    const { read, failure } = await collect(body);
    expect(failure).to.equal(null);
    expect(read.equals(bytes)).to.equal(true);
    expect(proxy.requests.length - from).to.equal(1);
  });

  it('closes its connections when it is aborted while it waits, stalls or comes back', async () => {
    const before = openDescriptors();
    for (const fault of [stall(0), stall(100_000), reset(100_000)]) {
      const controller = new AbortController();
      proxy.script(fault, busy, busy, busy, busy, busy, busy);
      const body = await source.read(object, { start: 0, end: SIZE }, controller.signal);
      const reason = new Error('the viewer is gone');
      const collected = collect(body);
      setTimeout(() => controller.abort(reason), 100);
      expect((await collected).failure).to.equal(reason);
    }
    await descriptorsComeDownTo(before);
    expect(proxy.underWay()).to.equal(0);
  });

  it('reads extents to their end through breaks', async () => {
    proxy.script(reset(100_000), stall(50_000), reset(1));
    const own = Buffer.from('data');
    const stream = await readExtents(
      source,
      object,
      [
        { kind: 'source', start: 500_000, end: SIZE },
        { kind: 'bytes', bytes: own },
        { kind: 'source', start: 0, end: 500_000 },
      ],
      { start: 0, end: SIZE + 4 },
      signal,
    );
    const { read, failure } = await collect(stream);
    expect(failure).to.equal(null);
    expect(read.equals(Buffer.concat([bytes.subarray(500_000), own, bytes.subarray(0, 500_000)]))).to.equal(
      true,
    );
  });

  it('fills the cache with whole blocks only', async () => {
    const cache = createBlockCache(8_000_000, { blockBytes: 256 * 1024 });
    proxy.script(reset(100_000), stall(300_000), busy);
    const access = cachedAccess(source, object, signal, { cache });
    expect(bytes.equals(await access.read(0, SIZE))).to.equal(true);
    expect(bytes.equals(await access.read(0, SIZE))).to.equal(true);
  });

  it('breaks the connection of a loopback reader, and remembers why', async () => {
    const cache = createBlockCache(8_000_000, { blockBytes: 64 * 1024 });
    const access = countStreamed(cachedAccess(source, object, signal, { cache }));
    const loopback = await openLoopback({ access, etag: object.etag, signal });
    proxy.script({ kind: 'none' }, { kind: 'none' }, ...Array.from({ length: 30 }, () => busy));
    const response = await fetch(loopback.url);
    expect(response.status).to.equal(200);
    const outcome = await response.arrayBuffer().catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(TypeError);
    expect(loopback.failure()).to.have.property('type', 'source-unavailable');
    expect(access.streamed()).to.be.within(64 * 1024, SIZE - 1);
    await loopback.close();
  });

  async function put(key: string, body: Uint8Array): Promise<void> {
    await ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key: key, Body: body }));
  }
});

/** The client as the function creates it. */
function clientOf(proxy: FaultProxy, { region, accessKeyId, secretAccessKey }: Ceph): S3Client {
  return createS3Client({
    AWS_ENDPOINT_URL_S3: proxy.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
}

/** All bytes that came, and the error of the stream. */
async function collect(stream: Readable): Promise<{ read: Buffer; failure: unknown }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return { read: Buffer.concat(chunks), failure: null };
  } catch (failure) {
    return { read: Buffer.concat(chunks), failure };
  }
}
