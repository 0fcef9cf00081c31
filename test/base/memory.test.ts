import { expect } from 'chai';
import { memoryCheck } from '../../functions/stream/base/memory.ts';
import { thrownBy } from '../../testing/problem.ts';

const MB = 2 ** 20;

describe('memoryCheck', () => {
  // Memory before a garbage collection, and after it.
  const TABLE: [name: string, megabytes: number[], collections: number, refused: string | null][] = [
    ['below the limit', [199], 0, null],
    ['at the limit', [200], 0, null],
    ['above it with garbage alone', [300, 150], 1, null],
    [
      'above it',
      [300, 201],
      1,
      'The service holds 201 MB of memory, and the limit is 200 (MAX_MEMORY_MEGABYTES)',
    ],
  ];
  for (const [name, megabytes, collections, refused] of TABLE) {
    it(name, () => {
      let collected = 0;
      const check = memoryCheck(
        { maxMemoryMegabytes: 200 },
        { usedBytes: () => (megabytes[collected] ?? 0) * MB, collect: () => collected++ },
      );
      if (refused === null) check();
      else {
        const { type, status, headers, message } = thrownBy(check);
        expect([type, status, headers['retry-after']]).to.deep.equal(['busy', 503, '2']);
        expect(message).to.equal(`${refused}; try again shortly.`);
      }
      expect(collected).to.equal(collections);
    });
  }

  it("knows this process's memory, and frees unreferenced memory", () => {
    const held = Math.ceil(process.memoryUsage.rss() / MB);
    expect(() => memoryCheck({ maxMemoryMegabytes: 10 * held })()).to.not.throw();
    expect(thrownBy(memoryCheck({ maxMemoryMegabytes: 1 })).type).to.equal('busy');
    const weak = new WeakRef({ large: new Uint8Array(1000) });
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      thrownBy(memoryCheck({ maxMemoryMegabytes: 1 }));
      expect(weak.deref()).to.equal(undefined);
    });
  });
});
