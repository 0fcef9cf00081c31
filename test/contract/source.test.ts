import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { directorySource } from '../../functions/stream/source/directory.ts';
import type { ListedObject } from '../../functions/stream/source/listing.ts';
import { resuming } from '../../functions/stream/source/resume.ts';
import { s3Source } from '../../functions/stream/source/s3.ts';
import type { Source, StoredObject } from '../../functions/stream/source/source.ts';
import { startCeph } from '../../testing/ceph.ts';
import { descriptorsComeDownTo, openDescriptors } from '../../testing/descriptors.ts';
import { needs, type Part } from '../../testing/needs.ts';
import { problemOf } from '../../testing/problem.ts';
import { pattern } from '../../testing/sources.ts';

/** One implementation with a store of its own, empty at the start. */
type Bench = {
  readonly source: Source;
  put(key: string, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
};

const IMPLEMENTATIONS: readonly { name: string; parts: readonly Part[]; open: () => Promise<Bench> }[] = [
  { name: 'a directory', parts: [], open: openDirectory },
  { name: 'S3 (Ceph RGW)', parts: ['ceph'], open: openS3 },
  { name: 'a directory, resumed', parts: [], open: async () => resumed(await openDirectory()) },
  { name: 'S3 (Ceph RGW), resumed', parts: ['ceph'], open: async () => resumed(await openS3()) },
];

const SIZE = 1_500_001;
const UNUSUAL_KEYS = [
  'with a space.mp4',
  'a+b.mp4',
  '100%.mp4',
  '%41.mp4',
  'hash#tag.mp4',
  'question?.mp4',
  'a&b=c;d,e.mp4',
  `both'"quotes.mp4`,
  'naïve – 映画 🎬.mp4',
  'deep/er/and deeper/film.mp4',
  '~tilde(1)[2]{3}!$*@:^`|.mp4',
  `${'long'.repeat(60)}.mp4`,
];

for (const { name, parts, open } of IMPLEMENTATIONS) {
  describe(`Source contract: ${name}`, function () {
    this.timeout(60_000);
    const { signal } = new AbortController();
    const bytes = pattern(SIZE);
    let bench: Bench;
    let source: Source;
    let object: StoredObject;

    before(async function () {
      needs(this, ...parts);
      bench = await open();
      source = bench.source;
      await bench.put('films/one.mp4', bytes);
      object = await source.stat('films/one.mp4', signal);
    });
    after(async () => bench?.close());

    it('reports size, strong ETag and date', () => {
      expect(object).to.include({ key: 'films/one.mp4', sizeBytes: SIZE });
      expect(object.etag).to.match(/^"[\x21\x23-\x7e]+"$/);
      expect(Math.abs(Date.now() - object.lastModified.getTime())).to.be.below(60_000);
    });

    it('reports the same of an unchanged object', async () => {
      expect(await source.stat('films/one.mp4', signal)).to.deep.equal(object);
    });

    it('reports the same together with the first bytes, if one request brings both', async () => {
      const { statAndRead } = source;
      if (statAndRead === undefined) return;
      for (const mostBytes of [1, 65_536, SIZE, SIZE + 1]) {
        const opened = await statAndRead('films/one.mp4', mostBytes, signal);
        expect(opened.object).to.deep.equal(object);
        expect((await buffer(opened.body)).equals(bytes.subarray(0, mostBytes))).to.equal(true);
      }
      await bench.put('empty.bin', new Uint8Array());
      const empty = await statAndRead('empty.bin', 100, signal);
      expect(empty.object.sizeBytes).to.equal(0);
      expect((await buffer(empty.body)).length).to.equal(0);
      expect((await problemOf(statAndRead('missing.mp4', 100, signal))).type).to.equal('not-found');
    });

    const ranges: readonly [string, number, number][] = [
      ['the first byte', 0, 1],
      ['the last byte', SIZE - 1, SIZE],
      ['the middle', 700_000, 700_003],
      ['across the chunks of a reader', 262_143, 524_289],
      ['the whole', 0, SIZE],
      ['nothing at the start', 0, 0],
      ['nothing at the end', SIZE, SIZE],
    ];
    for (const [what, start, end] of ranges) {
      it(`reads exactly ${what}`, async () => {
        const read = await buffer(await source.read(object, { start, end }, signal));
        expect(read.equals(bytes.subarray(start, end))).to.equal(true);
      });
    }

    for (const [start, end] of [
      [0, SIZE + 1],
      [-1, 3],
      [3, 2],
      [0.5, 2],
    ] as const) {
      it(`refuses [${start}, ${end}), which is no range of the object`, async () => {
        const error = await source.read(object, { start, end }, signal).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(RangeError);
      });
    }

    it('reads an empty object', async () => {
      await bench.put('empty.mp3', new Uint8Array());
      const empty = await source.stat('empty.mp3', signal);
      expect(empty.sizeBytes).to.equal(0);
      expect(await buffer(await source.read(empty, { start: 0, end: 0 }, signal))).to.have.length(0);
    });

    it('refuses to read a replaced version, even if the new one has the same size', async () => {
      await bench.put('replaced.mp4', pattern(1000, 1));
      const old = await source.stat('replaced.mp4', signal);
      await bench.put('replaced.mp4', pattern(1000, 2));
      const problem = await problemOf(source.read(old, { start: 0, end: 10 }, signal));
      expect(problem).to.include({ type: 'source-changed', status: 503 });
      expect((await source.stat('replaced.mp4', signal)).etag).to.not.equal(old.etag);
    });

    it('refuses it if the new version is too short for the range', async () => {
      await bench.put('shrunk.mp4', pattern(1000));
      const old = await source.stat('shrunk.mp4', signal);
      await bench.put('shrunk.mp4', pattern(10));
      const problem = await problemOf(source.read(old, { start: 900, end: 1000 }, signal));
      expect(problem.type).to.equal('source-changed');
    });

    const absent: readonly [string, string][] = [
      ['a key that is not there', 'films/two.mp4'],
      ['a directory', 'films'],
      ['a directory with its slash', 'films/'],
      ['a path through a file', 'films/one.mp4/more'],
      ['the empty key', ''],
      ['a key of 1,025 bytes', 'x'.repeat(1025)],
      ['a name of 300 bytes', 'x'.repeat(300)],
      ['a NUL', 'films/one.mp4\0.txt'],
      ['.. within', 'films/../films/one.mp4'],
      ['.. before', '../films/one.mp4'],
      ['. within', './films/one.mp4'],
      ['a slash before', '/films/one.mp4'],
      ['a double slash', 'films//one.mp4'],
      ['a half of a surrogate pair', 'films/\ud83c.mp4'],
      ['a URL', 'http://127.0.0.1/one.mp4'],
    ];
    for (const [what, key] of absent) {
      it(`has nothing at ${what}`, async () => {
        const problem = await problemOf(source.stat(key, signal));
        expect(problem).to.include({ type: 'not-found', status: 404 });
        const read = await problemOf(source.read({ ...object, key }, { start: 0, end: 1 }, signal));
        expect(read.type).to.equal('not-found');
      });
    }

    for (const key of UNUSUAL_KEYS) {
      it(`reads ${key.slice(0, 40)}`, async () => {
        const own = Buffer.from(key);
        await bench.put(key, own);
        const found = await source.stat(key, signal);
        expect(found).to.include({ key, sizeBytes: own.length });
        const read = await buffer(await source.read(found, { start: 1, end: own.length }, signal));
        expect(read.equals(own.subarray(1))).to.equal(true);
      });
    }

    it('lists media and nothing else, in the order of bytes, up to the limit', async () => {
      for (const key of ['notes.txt', 'page.html', 'films-2.mp4', 'films/a.webm', 'B.mp3']) {
        await bench.put(key, Buffer.from('x'));
      }
      const { media: listed, next } = await source.list('', 1000, signal);
      expect(next).to.equal(null);
      const keys = listed.map(({ key }) => key);
      const media = [
        'empty.mp3',
        'films/one.mp4',
        'replaced.mp4',
        'shrunk.mp4',
        'films-2.mp4',
        'films/a.webm',
        'B.mp3',
      ];
      expect(keys).to.deep.equal([...media, ...UNUSUAL_KEYS].sort(byBytes));
      expect(listed.find(({ key }) => key === 'films/one.mp4')?.sizeBytes).to.equal(SIZE);
      expect((await source.list('', 3, signal)).media).to.deep.equal(listed.slice(0, 3));
      expect((await source.list('', 0, signal)).media).to.deep.equal([]);
    });

    it('lists what lies beside a film, of any kind, and nothing deeper', async () => {
      const beside = [
        'side/film a+b.mkv',
        'side/film a+b.en.srt',
        'side/film a+b.größe %41.vtt',
        'side/film a+b.nfo',
      ];
      for (const key of [
        ...beside,
        'side/film a+bc.srt',
        'side/film a+b.folder/en.srt',
        'side/.film a+b.srt',
      ])
        await bench.put(key, Buffer.from('four'));
      const found = await source.beside('side/film a+b.', 100, signal);
      const expected = beside.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(found).to.deep.equal(expected.map((key) => ({ key, sizeBytes: 4 })));
      expect(await source.beside('side/film a+b.', 2, signal)).to.deep.equal(found.slice(0, 2));
      expect(await source.beside('nowhere/film.', 100, signal)).to.deep.equal([]);
      expect(await source.beside('side/none.', 100, signal)).to.deep.equal([]);
    });

    it('lists page after page, whatever the key between them', async () => {
      const { media: whole } = await source.list('', 1000, signal);
      for (const limit of [1, 3, whole.length - 1, whole.length]) {
        const pages: ListedObject[] = [];
        for (let after: string | null = ''; after !== null; ) {
          const { media, next } = await source.list(after, limit, signal);
          expect(media.length).to.be.within(1, limit);
          pages.push(...media);
          after = next;
        }
        expect(pages).to.deep.equal(whole);
      }
      expect(await source.list('films-1', 1, signal)).to.deep.equal({
        media: [{ key: 'films-2.mp4', sizeBytes: 1 }],
        next: 'films-2.mp4',
      });
      expect(await source.list('\u{10ffff}', 1, signal)).to.deep.equal({ media: [], next: null });
    });

    it('stops with the signal before it starts', async () => {
      const reason = new Error('too late');
      const aborted = AbortSignal.abort(reason);
      const reasons = await Promise.allSettled([
        source.stat('films/one.mp4', aborted),
        source.read(object, { start: 0, end: SIZE }, aborted),
        source.list('', 10, aborted),
      ]);
      expect(reasons).to.deep.equal(reasons.map(() => ({ status: 'rejected', reason })));
    });

    it('stops with the signal in mid-read, and leaves nothing open', async () => {
      await source.stat('films/one.mp4', signal);
      const before = openDescriptors();
      for (let i = 0; i < 10; i++) {
        const controller = new AbortController();
        const body = await source.read(object, { start: 0, end: SIZE }, controller.signal);
        const reason = new Error('enough');
        const failure = buffer(body).catch((error: unknown) => error);
        body.once('data', () => controller.abort(reason));
        expect(await failure).to.equal(reason);
      }
      await descriptorsComeDownTo(before);
    });

    it('leaves nothing open when its reader goes away', async () => {
      await source.stat('films/one.mp4', signal);
      const before = openDescriptors();
      for (let i = 0; i < 10; i++) (await source.read(object, { start: 0, end: SIZE }, signal)).destroy();
      await descriptorsComeDownTo(before);
    });

    it('returns an address that needs no credentials, if the store has one', async () => {
      if (source.presign === undefined) {
        expect(name).to.include('directory');
        return;
      }
      for (const key of ['films/one.mp4', ...UNUSUAL_KEYS]) {
        const found = await source.stat(key, signal);
        const url = await source.presign(found, {
          contentType: 'video/x-test',
          contentDisposition: 'attachment; filename="a b.mp4"',
          expiresInSeconds: 60,
        });
        const response = await fetch(url, { headers: { range: 'bytes=1-3' } });
        expect(response.status, key).to.equal(206);
        const whole = await buffer(await source.read(found, { start: 0, end: found.sizeBytes }, signal));
        expect(Buffer.from(await response.arrayBuffer()).equals(whole.subarray(1, 4)), key).to.equal(true);
        expect(response.headers.get('content-type')).to.equal('video/x-test');
        expect(response.headers.get('content-disposition')).to.equal('attachment; filename="a b.mp4"');
      }
    });
  });
}

async function openDirectory(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-media-'));
  return {
    source: directorySource(root),
    async put(key, bytes) {
      const path = join(root, key);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${root}/.new`, bytes);
      await rename(`${root}/.new`, path);
    },
    close: () => rm(root, { recursive: true }),
  };
}

let buckets = 0;

async function openS3(): Promise<Bench> {
  const { client } = await startCeph();
  const bucket = `contract-${++buckets}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    source: s3Source({ client, bucket }),
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    async close() {},
  };
}

function resumed(bench: Bench): Bench {
  return { ...bench, source: resuming(bench.source, { stallMilliseconds: 5_000, attempts: 3 }) };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
