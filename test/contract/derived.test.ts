import { setMaxListeners } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateBucketCommand, ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { directoryStore } from '../../functions/stream/derived/directory.ts';
import { s3Store } from '../../functions/stream/derived/s3.ts';
import type { ComposeSource, DerivedStore, StoredRecord } from '../../functions/stream/derived/store.ts';
import { s3Source } from '../../functions/stream/source/s3.ts';
import type { StoredObject } from '../../functions/stream/source/source.ts';
import { WIDE } from '../../testing/ample.ts';
import { startCeph } from '../../testing/ceph.ts';
import { descriptorsComeDownTo, openDescriptors } from '../../testing/descriptors.ts';
import { needs, type Part } from '../../testing/needs.ts';
import { problemOf } from '../../testing/problem.ts';
import { pattern } from '../../testing/sources.ts';

/** One implementation with a store of its own, empty at the start. */
type Bench = {
  readonly store: DerivedStore;
  /** Names of objects, and of drafts with `draft:` before them. */
  contents(): Promise<string[]>;
  close(): Promise<void>;
};

const IMPLEMENTATIONS: readonly { name: string; parts: readonly Part[]; open: () => Promise<Bench> }[] = [
  { name: 'a directory', parts: [], open: openDirectory },
  { name: 'S3 (Ceph RGW)', parts: ['ceph'], open: openS3 },
];

const MIB = 1024 * 1024;

for (const { name: implementation, parts, open } of IMPLEMENTATIONS) {
  describe(`Derived store contract: ${implementation}`, function () {
    this.timeout(60_000);
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    let bench: Bench;
    let store: DerivedStore;
    let names = 0;
    const newName = () => `made/${++names}.bin`;

    before(async function () {
      needs(this, ...parts);
      bench = await open();
      store = bench.store;
    });
    after(async () => bench?.close());

    async function keep(bytes: Uint8Array, name = newName()): Promise<StoredObject> {
      const draft = await store.create(name, { signal });
      for (let from = 0; from < bytes.length; from += MIB)
        await draft.write(bytes.subarray(from, from + MIB));
      return draft.publish();
    }
    const bytesOf = async (object: StoredObject) =>
      buffer(await store.read(object, { start: 0, end: object.sizeBytes }, signal));

    const sizes: readonly [string, number][] = [
      ['nothing', 0],
      ['one byte', 1],
      ['8 MiB, which is one part', 8 * MIB],
      ['8 MiB and a byte', 8 * MIB + 1],
      ['three parts', 20 * MIB + 5],
    ];
    for (const [what, size] of sizes) {
      it(`keeps ${what}`, async () => {
        const bytes = pattern(size);
        const name = newName();
        expect(await store.find(name, signal)).to.equal(null);
        const saved = await keep(bytes, name);
        expect(saved).to.include({ key: name, sizeBytes: size });
        expect(saved.etag).to.match(/^"[\x21\x23-\x7e]+"$/);
        expect(await store.find(name, signal)).to.deep.equal(saved);
        expect((await bytesOf(saved)).equals(bytes)).to.equal(true);
      });
    }

    it('reads a range', async () => {
      const saved = await keep(pattern(3000));
      const read = await buffer(await store.read(saved, { start: 1000, end: 1003 }, signal));
      expect(read.equals(pattern(3000).subarray(1000, 1003))).to.equal(true);
    });

    it('shows nothing before it is published', async () => {
      const name = newName();
      const draft = await store.create(name, { signal });
      await draft.write(pattern(17 * MIB));
      expect(await store.find(name, signal)).to.equal(null);
      await draft.publish();
      expect(await store.find(name, signal)).to.not.equal(null);
    });

    for (const [what, size] of [
      ['before the first byte', 0],
      ['within the first part', MIB],
      ['within the third part', 17 * MIB],
    ] as const) {
      it(`leaves nothing when it is discarded ${what}`, async () => {
        const before = await bench.contents();
        const descriptors = openDescriptors();
        const draft = await store.create(newName(), { signal });
        if (size > 0) await draft.write(pattern(size));
        await draft.discard();
        await draft.discard();
        expect(await bench.contents()).to.deep.equal(before);
        await descriptorsComeDownTo(descriptors);
      });

      it(`leaves nothing when its signal stops it ${what}`, async () => {
        const before = await bench.contents();
        const controller = new AbortController();
        const draft = await store.create(newName(), { signal: controller.signal });
        if (size > 0) await draft.write(pattern(size));
        const reason = new Error('out of time');
        controller.abort(reason);
        const outcomes = [await rejection(draft.write(pattern(MIB))), await rejection(draft.publish())];
        expect(outcomes).to.deep.equal([reason, reason]);
        await draft.discard();
        expect(await bench.contents()).to.deep.equal(before);
      });
    }

    for (const size of [1000, 9 * MIB]) {
      it(`does not replace what was published first, of ${size} bytes`, async () => {
        const first = await keep(pattern(size, 1));
        const before = await bench.contents();
        const second = await keep(pattern(size, 2), first.key);
        expect(second).to.deep.equal(first);
        expect((await bytesOf(second)).equals(pattern(size, 1))).to.equal(true);
        expect(await bench.contents()).to.deep.equal(before);
      });
    }

    it('publishes one of those that are published at once', async () => {
      const name = newName();
      const all = await Promise.all(Array.from({ length: 8 }, (_, seed) => keep(pattern(5000, seed), name)));
      const saved = await store.find(name, signal);
      expect(all).to.deep.equal(all.map(() => saved));
    });

    it('does not take a draft away by discarding it after it was published', async () => {
      const draft = await store.create(newName(), { signal });
      const object = await draft.publish();
      await draft.discard();
      expect(await store.find(object.key, signal)).to.deep.equal(object);
    });

    it('ends the draft of a producer that is gone, by its id', async () => {
      const before = await bench.contents();
      const name = newName();
      let begin = (_: string) => {};
      const begun = new Promise<string>((resolve) => {
        begin = resolve;
      });
      const draft = await store.create(name, { signal, onStart: begin });
      await draft.write(pattern(9 * MIB));
      const id = await begun;
      await store.abandon(name, id, signal);
      await store.abandon(name, id, signal);
      expect(await bench.contents()).to.deep.equal(before);
      await draft.discard();
      expect(await store.find(name, signal)).to.equal(null);
    });

    it('removes', async () => {
      const { key } = await keep(pattern(10));
      await store.remove(key, signal);
      expect(await store.find(key, signal)).to.equal(null);
      await store.remove(key, signal);
    });

    describe('composes', () => {
      const [a, b] = [pattern(12 * MIB, 1), pattern(3 * MIB, 2)];
      let objects: { a: StoredObject; b: StoredObject };
      before(async () => {
        objects = { a: await keep(a), b: await keep(b) };
      });
      const cut = (of: 'a' | 'b', start: number, end: number) => ({ of, start, end });
      const tables: readonly [string, readonly (Uint8Array | ReturnType<typeof cut>)[]][] = [
        ['nothing', []],
        ['bytes alone', [pattern(100, 3)]],
        ['one whole object', [cut('a', 0, a.length)]],
        ['a header and a long extent', [pattern(100, 3), cut('a', 0, a.length)]],
        ['long extentes after one another', [cut('a', 1, a.length), cut('a', 0, 6 * MIB)]],
        ['short ones only', [cut('b', 0, MIB), pattern(7, 4), cut('b', MIB, 3 * MIB)]],
        [
          'short ones between long ones',
          [cut('a', 0, 7 * MIB), cut('b', 5, 10), cut('a', 7 * MIB, a.length)],
        ],
        ['more than a part of bytes', [pattern(11 * MIB, 5), cut('b', 0, 10)]],
        ['with empty sources', [new Uint8Array(), cut('a', 3, 3), cut('a', 0, 9 * MIB), new Uint8Array()]],
      ];
      for (const [what, sources] of tables) {
        it(what, async () => {
          const expected = sources.map((source) =>
            source instanceof Uint8Array
              ? source
              : (source.of === 'a' ? a : b).subarray(source.start, source.end),
          );
          const stored: ComposeSource[] = sources.map((source) =>
            source instanceof Uint8Array ? source : { object: objects[source.of], range: source },
          );
          const composed = await store.compose(newName(), stored, signal);
          expect((await bytesOf(composed)).equals(Buffer.concat(expected))).to.equal(true);
        });
      }

      it('nothing out of what is not there, and leaves nothing', async () => {
        const before = await bench.contents();
        const missing = { ...objects.a, key: 'made/missing.bin' };
        const range = { start: 0, end: missing.sizeBytes };
        const name = newName();
        const sources = [pattern(6 * MIB), { object: missing, range }];
        expect((await problemOf(store.compose(name, sources, signal))).type).to.equal('not-found');
        expect(await bench.contents()).to.deep.equal(before);
      });

      it('not over what is there', async () => {
        const first = await keep(pattern(10));
        const sources = [{ object: objects.a, range: { start: 0, end: a.length } }];
        expect(await store.compose(first.key, sources, signal)).to.deep.equal(first);
      });
    });

    describe('has records', () => {
      it('that are not there, are written, and are read again', async () => {
        expect(await store.readRecord('claims/1', signal)).to.equal(null);
        const written = await store.writeRecord('claims/1', 'text\nof two lines', null, signal);
        expect(written).to.include({ name: 'claims/1', text: 'text\nof two lines' });
        const read = await store.readRecord('claims/1', signal);
        expect(read).to.include({ text: 'text\nof two lines', version: written?.version });
        expect(read?.ageSeconds).to.be.within(-1, 30);
      });

      it('that are written only over the version that was read', async () => {
        const first = await store.writeRecord('claims/2', 'one', null, signal);
        expect(await store.writeRecord('claims/2', 'two', null, signal)).to.equal(null);
        const second = await store.writeRecord('claims/2', 'two', first, signal);
        expect(second).to.include({ text: 'two' });
        expect(await store.writeRecord('claims/2', 'three', first, signal)).to.equal(null);
        expect(await store.readRecord('claims/2', signal)).to.include({ text: 'two' });
        expect(await store.writeRecord('claims/2', 'three', second, signal)).to.not.equal(null);
      });

      it('that are another version when the same text is written again', async () => {
        const first = await store.writeRecord('claims/3', 'same', null, signal);
        await store.writeRecord('claims/3', 'same', first, signal);
        expect(await store.writeRecord('claims/3', 'other', first, signal)).to.equal(null);
      });

      it('that one of sixteen gets to write', async () => {
        let replaces: StoredRecord | null = null;
        for (let round = 0; round < 3; round++) {
          const record: StoredRecord | null = replaces;
          const all: readonly (StoredRecord | null)[] = await Promise.all(
            Array.from({ length: 16 }, (_, i) =>
              store.writeRecord('claims/4', `${round} ${i}`, record, signal),
            ),
          );
          const winners = all.filter((written) => written !== null);
          expect(winners).to.have.length(1);
          replaces = winners[0] ?? null;
          const read = await store.readRecord('claims/4', signal);
          expect(read).to.include({ text: replaces?.text, version: replaces?.version });
        }
      });

      it('that tell every write as written, and no other, however soon it is replaced', async () => {
        let told = 0;
        const count = async () => {
          for (let attempt = 0; attempt < 25; attempt++) {
            const found = await store.readRecord('claims/6', signal);
            const text = String(Number(found?.text ?? 0) + 1);
            if ((await store.writeRecord('claims/6', text, found, signal)) !== null) told++;
          }
        };
        await Promise.all(Array.from({ length: 8 }, count));
        expect((await store.readRecord('claims/6', signal))?.text).to.equal(String(told));
      });

      it('that are no objects', async () => {
        await store.writeRecord('claims/5', 'text', null, signal);
        if (implementation !== 'a directory') return;
        expect(await store.find('claims/5', signal)).to.equal(null);
      });
    });

    it('gives an address that needs no credentials, where the store has one', async () => {
      const saved = await keep(pattern(100));
      const url = await store.presign?.(saved, {
        contentType: 'video/x-test',
        contentDisposition: null,
        expiresInSeconds: 60,
      });
      expect(url === undefined).to.equal(implementation === 'a directory');
      if (url === undefined) return;
      const response = await fetch(url);
      expect(response.headers.get('content-type')).to.equal('video/x-test');
      expect(pattern(100).equals(new Uint8Array(await response.arrayBuffer()))).to.equal(true);
    });

    it('stops with the signal before it starts', async () => {
      const reason = new Error('too late');
      const aborted = AbortSignal.abort(reason);
      const object = await keep(pattern(10));
      const reasons = await Promise.allSettled([
        store.find(object.key, aborted),
        store.read(object, { start: 0, end: 1 }, aborted),
        store.compose(newName(), [pattern(10)], aborted),
        store.remove(object.key, aborted),
        store.abandon(object.key, 'any', aborted),
        store.readRecord('claims/1', aborted),
        store.writeRecord('claims/9', 'text', null, aborted),
      ]);
      expect(reasons).to.deep.equal(reasons.map(() => ({ status: 'rejected', reason })));
    });
  });
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

async function openDirectory(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-derived-'));
  return {
    store: directoryStore(join(root, 'not/there/yet'), WIDE),
    async contents() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.parentPath.includes('.records'))
        .map(({ name, parentPath }) => (parentPath.endsWith('.drafts') ? `draft:${name}` : name))
        .sort();
    },
    close: () => rm(root, { recursive: true }),
  };
}

async function openS3(): Promise<Bench> {
  const { client } = await startCeph();
  const bucket = 'derived-contract';
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    store: s3Store({ client, bucket, source: s3Source({ client, bucket }) }),
    async contents() {
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: 'made/' }),
      );
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return [...Contents.map(({ Key }) => String(Key)), ...Uploads.map(({ Key }) => `draft:${Key}`)].sort();
    },
    async close() {},
  };
}
