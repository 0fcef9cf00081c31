import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { peekFirst } from '../../functions/stream/http/body.ts';
import { rejection } from '../../testing/rejection.ts';

describe('peekFirst', () => {
  let log: string[];
  beforeEach(() => {
    log = [];
  });

  async function* values(...all: readonly string[]): AsyncGenerator<string, void, void> {
    try {
      for (const value of all) {
        log.push(`output ${value}`);
        yield value;
      }
    } finally {
      log.push('let go');
    }
  }

  it('waits for the first value, and gives all of them', async () => {
    const rest = await peekFirst(values('a', 'b'));
    expect(log).to.deep.equal(['output a']);
    expect(await text(Readable.from(rest ?? []))).to.equal('ab');
    expect(log).to.deep.equal(['output a', 'output b', 'let go']);
  });

  it('is null if there is none', async () => {
    expect(await peekFirst(values())).to.equal(null);
  });

  it('fails if the first value does', async () => {
    const failing = async function* () {
      yield* values();
      throw new RangeError('no first');
    };
    expect(await rejection(peekFirst(failing()))).to.be.instanceOf(RangeError);
  });

  for (const chunks of [0, 1]) {
    it(`releases the values' resources when a stream of them goes after ${chunks} chunks`, async () => {
      const stream = Readable.from((await peekFirst(values('a', 'b', 'c'))) ?? []);
      if (chunks === 1) for await (const _ of stream.iterator({ destroyOnReturn: false })) break;
      await new Promise((resolve) => stream.once('close', resolve).destroy());
      expect(log.at(-1)).to.equal('let go');
    });
  }
});
