import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { notFound, sourceChanged } from '../functions/stream/base/problem.ts';
import type { DerivedStore, Draft, StoredRecord } from '../functions/stream/derived/store.ts';
import type { StoredObject } from '../functions/stream/source/source.ts';

export type FakeStore = DerivedStore & {
  readonly objects: Map<string, Buffer>;
  readonly records: Map<string, StoredRecord>;
  /** Calls in order, such as `create made/1.mp4`. */
  readonly calls: string[];
  /** Runs before a call: the call rejects with what it throws, and waits for what it waits for. */
  before: (call: string) => Promise<void>;
  /** Makes all records older. */
  age(seconds: number): void;
};

/** Creates a derived store in memory. */
export function fakeStore(): FakeStore {
  const objects = new Map<string, Buffer>();
  const records = new Map<string, StoredRecord>();
  const calls: string[] = [];
  let versions = 0;
  const called = async (call: string) => {
    calls.push(call);
    await store.before(call);
  };
  const describe = (name: string): StoredObject | null => {
    const bytes = objects.get(name);
    return bytes === undefined
      ? null
      : {
          key: name,
          etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
          sizeBytes: bytes.length,
          lastModified: new Date(0),
        };
  };
  const store: FakeStore = {
    objects,
    records,
    calls,
    before: async () => {},
    age(seconds) {
      for (const [name, record] of records) {
        records.set(name, { ...record, ageSeconds: record.ageSeconds + seconds });
      }
    },
    async find(name) {
      await called(`find ${name}`);
      return describe(name);
    },
    async read({ key, etag }, { start, end }) {
      await called(`read ${key}`);
      const bytes = objects.get(key);
      if (bytes === undefined) throw notFound(key);
      if (describe(key)?.etag !== etag) throw sourceChanged(key);
      return Readable.from([bytes.subarray(start, end)], { objectMode: false });
    },
    async create(name, { onStart }) {
      await called(`create ${name}`);
      onStart?.(`draft of ${name}`);
      const chunks: Uint8Array[] = [];
      const draft: Draft = {
        async write(chunk) {
          await called(`write ${name}`);
          chunks.push(chunk);
        },
        async publish() {
          await called(`publish ${name}`);
          if (!objects.has(name)) objects.set(name, Buffer.concat(chunks));
          return describe(name) ?? Promise.reject(notFound(name));
        },
        discard: () => called(`discard ${name}`),
      };
      return draft;
    },
    async compose(name, extents) {
      await called(`compose ${name}`);
      const bytes = extents.map((extent) =>
        extent instanceof Uint8Array
          ? extent
          : (objects.get(extent.object.key) ?? Buffer.alloc(0)).subarray(
              extent.range.start,
              extent.range.end,
            ),
      );
      objects.set(name, Buffer.concat(bytes));
      return describe(name) ?? expect.fail('It was published.');
    },
    async remove(name) {
      objects.delete(name);
    },
    abandon: (name, draftId) => called(`abandon ${name} ${draftId}`),
    async readRecord(name) {
      await called(`readRecord ${name}`);
      return records.get(name) ?? null;
    },
    async writeRecord(name, text, replaces) {
      await called(`writeRecord ${name}`);
      if ((records.get(name)?.version ?? null) !== (replaces?.version ?? null)) return null;
      const record = { name, text, version: String(++versions), ageSeconds: 0 };
      records.set(name, record);
      return record;
    },
  };
  return store;
}
