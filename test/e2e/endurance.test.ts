import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { type Ceph, startCeph } from '../../testing/ceph.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { descendants } from '../../testing/processes.ts';
import { peakResidentMegabytes, residentMegabytes } from '../../testing/rss.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

const MOST_MEGABYTES_ABOVE_IDLE = 96;
const SIX_MINUTES = 'mp4/media__long_1080p_lowbitrate.mp4';

describe('endurance', function () {
  this.timeout(600_000);
  const services: Service[] = [];
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
  });

  it('1 GB through /media from S3 leaves the runtime small', async function () {
    needs(this, 'ceph');
    const ceph = await startCeph();
    const sha256 = await putGigabyte(ceph, 'gigabyte.mp4');
    const service = await start(s3Environment(ceph));
    const hash = createHash('sha256');
    await report(service, '1 GB through /media', async () => {
      for (let start = 0; start < 2 ** 30; ) {
        const range = `bytes=${start}-${start + 150_000_000 - 1}`;
        const response = await fetch(`${service.url}/media/gigabyte.mp4`, { headers: { range } });
        expect(response.status).to.equal(206);
        for await (const chunk of response.body ?? []) {
          hash.update(chunk);
          start += chunk.byteLength;
        }
      }
    });
    expect(hash.digest('hex')).to.equal(sha256);
  });

  it('six minutes of film, and of audio, to a slow reader leave the runtime small', async function () {
    needs(this, 'corpus');
    // Neither keeps two cores busy.
    await Promise.all(['format=mp4&height=360', 'format=wav'].map(readSlowly));
  });

  it('200 requests in a row leave no descriptor and no process behind', async function () {
    needs(this, 'corpus');
    const service = await start({ MEDIA_DIR: corpusDirectory });
    await ask(service, ADDRESSES.length);
    const pid = instance(service);
    const before = await openDescriptors(pid);
    await ask(service, 200);
    expect(instance(service), 'the same process').to.equal(pid);
    expect(await descendants(pid)).to.deep.equal([]);
    // Keep-alive connections and files that are just being closed settle within moments.
    for (let i = 0; i < 50 && (await openDescriptors(pid)) > before; i++) await delay(100);
    console.log(`      descriptors: ${before} before, ${await openDescriptors(pid)} after 200 requests`);
    expect(await openDescriptors(pid)).to.be.at.most(before);
  });

  async function start(environment: Parameters<typeof startService>[0]): Promise<Service> {
    const service = await startService(environment, { maxInstances: 1 });
    services.push(service);
    return service;
  }

  async function readSlowly(query: string): Promise<void> {
    const service = await start({ MEDIA_DIR: corpusDirectory });
    let bytes = 0;
    await report(service, `six minutes of ${query}`, async () => {
      const response = await fetch(`${service.url}/stream/${SIX_MINUTES}?${query}`);
      expect(response.status).to.equal(200);
      for await (const chunk of response.body ?? []) {
        bytes += chunk.byteLength;
        await delay(Math.min(20, chunk.byteLength / 4_000));
      }
    });
    expect(bytes).to.be.above(400_000);
  }

  async function report(service: Service, what: string, work: () => Promise<void>): Promise<void> {
    for (let i = 0; i < 5; i++) await fetch(`${service.url}/health`).then((response) => response.text());
    const pid = instance(service);
    const idle = await residentMegabytes(pid);
    const peak = await peakResidentMegabytes(pid, work);
    expect(instance(service), 'the same process').to.equal(pid);
    console.log(`      ${what}: ${idle.toFixed(0)} MB idle, ${peak.toFixed(0)} MB at the most`);
    expect(peak - idle).to.be.below(MOST_MEGABYTES_ABOVE_IDLE);
  }

  async function ask(service: Service, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const [address = '', headers = {}] = ADDRESSES[i % ADDRESSES.length] ?? [];
      const response = await fetch(`${service.url}${address}`, { headers });
      expect(response.status, address).to.be.below(500);
      await response.arrayBuffer();
    }
  }

  function instance(service: Service): number {
    const [only] = service.instances();
    return only?.pid ?? expect.fail('no instance runs');
  }
});

const ADDRESSES: readonly (readonly [string, Record<string, string>?])[] = [
  ['/media/mp4/mediabunny__video.mp4', { range: 'bytes=1000-50000' }],
  ['/media/mp4/mediabunny__video.mp4'],
  ['/media/audio/audio-lena__lena.m4a?faststart=1'],
  ['/info/mkv/mediabunny__annex-b-avc.mkv'],
  ['/info/legacy/media__sample.avi'],
  ['/stream/mp4/torchcodec__nasa_13013.mp4'],
  ['/stream/ts/mediabunny__0.ts'],
  ['/stream/audio/media__sample_nb.amr'],
  ['/stream/mp4/torchcodec__h264_10bits.mp4'],
  ['/stream/broken/mp4parse-rust__chunk_out_of_range.mp4'],
  ['/stream/broken/media__invalid-bitstream.webm'],
  ['/media/nothing.mp4'],
  ['/stream/mp4/mediabunny__video.mp4?height=1'],
];

async function openDescriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/** Writes 2^30 bytes in parts that differ; returns their SHA-256. */
async function putGigabyte({ client, bucket: Bucket }: Ceph, Key: string): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const hash = createHash('sha256');
  const Parts = [];
  const part = Buffer.alloc(2 ** 26, 'sluice');
  for (let PartNumber = 1; PartNumber <= 16; PartNumber++) {
    part.writeUInt32BE(PartNumber);
    hash.update(part);
    const { ETag } = await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: part }),
    );
    Parts.push({ PartNumber, ETag });
  }
  const MultipartUpload = { Parts };
  await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
  return hash.digest('hex');
}
