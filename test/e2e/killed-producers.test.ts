import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { flatten } from '../../functions/stream/media/isobmff/flatten.ts';
import { flatHead } from '../../functions/stream/media/isobmff/write-flat.ts';
import { demoDirectory } from '../../local/function.ts';
import { startCeph } from '../../testing/ceph.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { needs } from '../../testing/needs.ts';
import { type Buckets, openBuckets } from '../../testing/places.ts';
import { type Received, receive } from '../../testing/receive.ts';
import { seeded } from '../../testing/seeded.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';
import { synthesise } from '../../testing/synthesised.ts';
import { ffmpeg } from '../../testing/verify.ts';

const SEED = 20_261_124;
const ROUNDS = 20;
/** Of the kills; the others may come when a busy machine has already sent everything. */
const LEAST_CUT = 8;

/**
 * Addresses that nobody asked for before: in parts, in parts by ffmpeg, and as a whole. The bodies of the first two are
 * longer than twice what is on its way to a viewer who does not read.
 */
const ADDRESSES: readonly ((round: number) => string)[] = [
  (round) => `/stream/long.mp4?format=mp4&duration=${35 + round / 10}`,
  (round) => `/stream/audio.wav?format=wav&duration=${120 + round / 10}`,
  (round) => `/hls/film.mp4/240p/${round}.m4s`,
];

/** Null kills the instance, with its ffmpeg as the end of its machine would. */
const STRIKES: readonly (Fault | null)[] = [
  null,
  { kind: 'refuse', status: 503, code: 'SlowDown' },
  null,
  { kind: 'reset', afterBytes: 0 },
  null,
];

/** Then the first part is full, and an upload in parts begins. */
const DRAFT_BYTES = 9_500_000;
/** More would be further ahead of a store that has stopped than it may be. */
const MOST_BYTES = 12_000_000;

type Undisturbed = {
  readonly path: string;
  readonly tag: string;
  readonly body: Buffer;
  /** Without its fragments, as a remux is cached. */
  readonly cached: Buffer;
};

describe('Producers that die, and a store that fails, at random moments', function () {
  // Against hanging alone: each of the rounds makes a film three times.
  this.timeout(600_000);
  let folder: string;
  let proxy: FaultProxy;
  let buckets: Buckets;
  let struck: Service;
  let others: Service;
  let plain: Service;

  before(async function () {
    needs(this, 'ceph', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-killed-'));
    const repeat = (file: string, times: number, name: string) =>
      ffmpeg('-stream_loop', String(times - 1), '-i', file, '-c', 'copy', join(folder, name));
    await repeat(join(demoDirectory, 'video.mp4'), 2, 'long.mp4');
    await repeat(await makeSmallFilm(), 6, 'film.mp4');
    const tone = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000', '-ac', '2', '-t', '125'];
    await ffmpeg(...tone, join(folder, 'audio.wav'));
    buckets = await openBuckets();
    proxy = await startFaultProxy((await startCeph()).endpoint);
    const serviceAt = ({ MEDIA_BUCKET: _, ...derived }: Record<string, string>) =>
      startService({ ...derived, MEDIA_DIR: folder });
    struck = await serviceAt(buckets.environment(proxy.endpoint));
    others = await serviceAt(buckets.environment());
    plain = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await struck?.close();
    await others?.close();
    await plain?.close();
    await proxy?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('leave nothing partial, and nothing at all after the sweep; the next viewer is served', async () => {
    const random = seeded(SEED);
    const counts = { killed: 0, cut: 0, failed: 0, begun: 0 };
    const nexts: Promise<void>[] = [];
    const segments: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const whole = await undisturbed(ADDRESSES[round % ADDRESSES.length]?.(round) ?? '');
      const { path, tag, body } = whole;
      if (path.startsWith('/hls/')) segments.push(path);
      const strike = STRIKES[round % STRIKES.length] ?? null;
      const most = Math.min(MOST_BYTES, body.length / 2);
      const waitsForDraft = most > DRAFT_BYTES && random() < 0.5;
      const least = waitsForDraft ? DRAFT_BYTES : 0;
      const bytes = least + Math.ceil(random() * (most - least));

      const hit = async () => {
        if (waitsForDraft && (await draftBegun(tag))) counts.begun++;
        if (strike === null) await killInstances();
        else proxy.always(strike);
      };
      const first = await receive(struck.url + path, hit, bytes);
      proxy.always(null);
      counts[strike === null ? 'killed' : 'failed']++;
      if (strike === null && first.broke) counts.cut++;
      // A viewer loses what the death of its own instance takes, and nothing by the fault of the store.
      if (strike !== null) expect(first.broke, `round ${round}`).to.equal(false);
      if (!first.broke) expect(first.bytes.length, `round ${round}`).to.equal(body.length);
      expect(first.bytes.equals(body.subarray(0, first.bytes.length)), `round ${round}`).to.equal(true);
      await lookAtKept();

      // A segment is served when the lease of the dead producer has expired.
      nexts.push(expectServed(whole, round));
    }
    await Promise.all(nexts);
    // Dead producers prevent nobody from caching a segment; their leases of the others outlast this test.
    for (const path of segments) await untilKept(path);
    const fresh = ADDRESSES.slice(0, 2).map((address) => address(ROUNDS));
    for (const path of fresh) {
      await undisturbed(path);
      await untilKept(path);
    }
    await lookAtKept();
    const left = await buckets.drafts();
    await sweep();
    seen.clear();
    const names = await lookAtKept();
    console.log(
      `      ${ROUNDS} rounds with the seed ${SEED}: ${counts.killed} instances killed, ${counts.cut} of them in mid-body; ` +
        `${counts.failed} times the store failed; ${counts.begun} times a draft had begun; all ${nexts.length} next viewers ` +
        `had the whole; ${names.length} objects cached, none partial; ${left.length} uploads unfinished before the sweep, 0 after`,
    );
    expect(counts.cut).to.be.at.least(LEAST_CUT);
    expect(left.length).to.be.at.least(1);
    expect(names.length).to.be.at.least(segments.length + fresh.length);
  });

  const wholes = new Map<string, string>();

  async function undisturbed(path: string): Promise<Undisturbed> {
    const answer = await receive(plain.url + path);
    expect(answer.status, path).to.equal(200);
    const [tag, body] = [tagOf(answer), answer.bytes];
    const cached = path.startsWith('/stream/long.mp4') ? await plainMovie(body) : body;
    wholes.set(tag, digest(cached));
    return { path, tag, body, cached };
  }

  async function expectServed({ path, body, cached }: Undisturbed, round: number): Promise<void> {
    const next = await receive(others.url + path);
    expect(next.status, `round ${round}`).to.equal(200);
    const isCached = next.headers.get('sluice-plan')?.endsWith('; cached');
    expect(next.bytes.equals(isCached ? cached : body), `round ${round}`).to.equal(true);
    await lookAtKept();
  }

  async function untilKept(path: string): Promise<void> {
    const isPreserved = async () =>
      (await receive(others.url + path)).headers.get('sluice-plan')?.endsWith('; cached');
    while (!(await isPreserved())) await delay(100);
  }

  const seen = new Set<string>();

  /** Whatever has a name there that was not seen before is whole, and what its name says. */
  async function lookAtKept(): Promise<string[]> {
    // The part of a dead producer is served to nobody.
    const names = (await buckets.cachedNames()).filter((name) => name.startsWith('made/'));
    for (const name of names.filter((each) => !seen.has(each))) {
      const [, tag = ''] = /^made\/([\w-]+)\./.exec(name) ?? [];
      expect(digest(await buckets.readCached(name)), name).to.equal(wholes.get(tag));
      seen.add(name);
    }
    return names;
  }

  /** Returns false if the store was too busy for the producer, who caches nothing then. */
  async function draftBegun(tag: string): Promise<boolean> {
    for (let looks = 0; looks < 100; looks++) {
      if (
        (await buckets.drafts()).some(
          (draft) => draft.startsWith(`made/${tag}.`) || draft.startsWith(`parts/${tag}.`),
        )
      )
        return true;
      await delay(50);
    }
    return false;
  }

  /** Until the front knows of it, as it would answer the next request with 502. */
  async function killInstances(): Promise<void> {
    const pids = struck.instances().map(({ pid }) => pid);
    for (const pid of pids) process.kill(-pid, 'SIGKILL');
    while (struck.instances().some(({ pid }) => pids.includes(pid))) await delay(5);
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

/** Of the version of an answer, as names have it. */
function tagOf({ headers }: Received): string {
  const [, tag = ''] = /"([\w-]+)"/.exec(headers.get('etag') ?? '') ?? [];
  return tag;
}

async function plainMovie(body: Buffer): Promise<Buffer> {
  const { logs, media } = await flatten(Readable.from(inChunks(body)));
  const chunks: Uint8Array[] = [];
  for await (const chunk of media) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return Buffer.concat([flatHead(logs, bytes.length), bytes]);
}

function* inChunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
