import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { startCeph } from '../support/ceph.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { needs } from '../support/needs.ts';
import { type Buckets, openBuckets } from '../support/places.ts';
import { seeded } from '../support/seeded.ts';
import { type Service, startService } from '../support/service.ts';
import { makeSmallFilm } from '../support/small-film.ts';
import { synthesise } from '../support/synthesised.ts';

const SEED = 20_261_124;
const ROUNDS = 20;

/** Addresses that nobody asked for before: in parts, in parts without ffmpeg, and in one piece. */
const ADDRESSES: readonly ((round: number) => string)[] = [
  (round) => `/stream/video.mp4?format=wav&duration=${18 + round / 10}`,
  (round) => `/stream/video.mp4?format=mp4&duration=${28 + round / 10}`,
  (round) => `/stream/film.mp4?format=mp3&duration=${10 + round / 10}`,
];

/** Null kills the instance, with its ffmpeg as the end of its machine would. */
const STRIKES: readonly (Fault | null)[] = [
  null,
  { kind: 'refuse', status: 503, code: 'SlowDown' },
  null,
  { kind: 'reset', afterBytes: 0 },
  null,
];

describe('Makers that die, and a store that fails, at random moments', function () {
  this.timeout(180_000);
  let folder: string;
  let proxy: FaultProxy;
  let buckets: Buckets;
  let service: Service;
  let plain: Service;

  before(async function () {
    needs(this, 'ceph', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-killed-'));
    await copyFile(await makeSmallFilm(), join(folder, 'film.mp4'));
    await copyFile(join(demoDirectory, 'video.mp4'), join(folder, 'video.mp4'));
    buckets = await openBuckets();
    proxy = await startFaultProxy((await startCeph()).endpoint);
    const { MEDIA_BUCKET: _, ...derived } = buckets.environment(proxy.endpoint);
    service = await startService({ ...derived, MEDIA_DIR: folder });
    plain = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    await plain?.close();
    await proxy?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('leave nothing partial, and nothing at all after the sweep; the next viewer is served', async () => {
    const random = seeded(SEED);
    const wholes = new Set<string>();
    const counts = { killed: 0, failed: 0, whole: 0, published: 0 };
    const durations: number[] = [];
    for (const address of ADDRESSES) durations.push(await keptMilliseconds(address(-1)));
    for (let round = 0; round < ROUNDS; round++) {
      const path = ADDRESSES[round % ADDRESSES.length]?.(round) ?? '';
      const strike = STRIKES[round % STRIKES.length] ?? null;
      const moment = random() * (durations[round % ADDRESSES.length] ?? 0);
      const expected = await receive(plain, path);
      expect(expected?.status).to.equal(200);
      wholes.add(digest(expected));

      const first = receive(service, path);
      await delay(moment);
      if (strike === null) await killInstances();
      else proxy.always(strike);
      const seen = await first;
      // A viewer loses what the death of its own instance takes, and nothing by the fault of the store.
      if (strike !== null) expect(digest(seen), `round ${round}`).to.equal(digest(expected));
      if (seen !== null && digest(seen) === digest(expected)) counts.whole++;
      counts[strike === null ? 'killed' : 'failed']++;
      proxy.always(null);

      const next = await receive(service, path);
      expect(next?.status, `round ${round}`).to.equal(200);
      expect(digest(next), `round ${round}`).to.equal(digest(expected));
      for (const name of await newlyKept()) {
        expect(wholes, `${name}, round ${round}`).to.include(digest({ body: await buckets.readKept(name) }));
        counts.published++;
      }
    }
    const left = await buckets.drafts();
    await sweep();
    console.log(
      `      ${ROUNDS} rounds with the seed ${SEED}: ${counts.killed} instances killed, ${counts.failed} times the ` +
        `store failed; ${counts.whole} first viewers and all ${ROUNDS} next ones had the whole; ` +
        `${counts.published} objects kept, none partial; ${left.length} uploads unfinished before the sweep, 0 after`,
    );
  });

  const known = new Set<string>();

  /** From the question until it is kept, undisturbed. */
  async function keptMilliseconds(path: string): Promise<number> {
    for (;;) {
      const start = performance.now();
      await receive(service, path);
      for (let wait = 0; wait < 40; wait++) {
        const milliseconds = performance.now() - start;
        if ((await newlyKept()).length > 0) return milliseconds;
        await delay(50);
      }
    }
  }

  async function newlyKept(): Promise<string[]> {
    const names = (await buckets.kept()).filter((name) => !known.has(name));
    for (const name of names) known.add(name);
    return names;
  }

  /** Until the front knows of it, as it would answer the next request with 502. */
  async function killInstances(): Promise<void> {
    const pids = service.instances().map(({ pid }) => pid);
    for (const pid of pids) process.kill(-pid, 'SIGKILL');
    while (service.instances().some(({ pid }) => pids.includes(pid))) await delay(5);
  }

  /** What the stack's own rule does with the bucket, in days of two seconds. */
  async function sweep(): Promise<void> {
    const { client } = await startCeph();
    const [rule] = synthesise().resource('aws_s3_bucket_lifecycle_configuration', 'derived').rule as [Rule];
    const [filter] = rule.filter;
    const [abort] = rule.abort_incomplete_multipart_upload;
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: buckets.derivedBucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: rule.id,
              Status: rule.status,
              Filter: { Prefix: filter.prefix },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: abort.days_after_initiation },
            },
          ],
        },
      }),
    );
    while ((await buckets.drafts()).length > 0) await delay(200);
  }
});

type Rule = {
  readonly id: string;
  readonly status: 'Enabled';
  readonly filter: [{ readonly prefix: string }];
  readonly abort_incomplete_multipart_upload: [{ readonly days_after_initiation: number }];
};

/** Null where the connection broke. */
async function receive(service: Service, path: string): Promise<{ status: number; body: Buffer } | null> {
  try {
    const response = await fetch(`${service.url}${path}`);
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  } catch {
    return null;
  }
}

function digest(received: { readonly body: Buffer } | null): string {
  return createHash('sha256')
    .update(received?.body ?? '')
    .digest('hex');
}
