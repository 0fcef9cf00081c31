import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { damaged } from '../../../functions/stream/base/problem.ts';
import type { Probed } from '../../../functions/stream/media/probe/probe.ts';
import { createProbeCache, heldBytes } from '../../../functions/stream/media/probe/probe-cache.ts';
import type { StoredObject } from '../../../functions/stream/source/source.ts';
import { audioTrack, mediaOf } from '../../../testing/media.ts';
import { problemOf } from '../../../testing/problem.ts';

const { signal } = new AbortController();

function version(key: string, etag = '"1"'): StoredObject {
  return { key, etag, sizeBytes: 1_000, lastModified: new Date(0) };
}

function probedOf(): Probed {
  return {
    media: mediaOf([]),
    movie: null,
    originalObstacle: null,
    endsEarly: false,
    clock: null,
    remuxObstacle: () => null,
  };
}

/** A probe that counts, and ends on demand. */
function probing() {
  const signals: AbortSignal[] = [];
  let finish: (probed: Probed) => void = () => {};
  const make = (own: AbortSignal) => {
    signals.push(own);
    return new Promise<Probed>((resolve, reject) => {
      finish = resolve;
      own.addEventListener('abort', () => reject(own.reason));
    });
  };
  return { signals, make, finish: () => finish(probedOf()) };
}

/** The weight of a probe of media without an index. */
const WEIGHT = 32 * 1024;

describe('a cache of probes', () => {
  it('makes the probe of a version once', async () => {
    const cache = createProbeCache();
    let runs = 0;
    const make = async () => {
      runs++;
      return probedOf();
    };
    const first = await cache.get(version('a'), signal, make);
    expect(await cache.get(version('a'), signal, make)).to.equal(first);
    expect(cache.latest('a')).to.deep.include({ object: version('a'), probed: first });
    expect(runs).to.equal(1);
    await cache.get(version('a', '"2"'), signal, make);
    expect(runs).to.equal(2);
    expect(cache.latest('a')?.object.etag).to.equal('"2"');
    expect(cache.usedBytes, 'of the latest version alone').to.equal(WEIGHT);
  });

  it('shares a probe under way, even if one of its callers leaves', async () => {
    const cache = createProbeCache();
    const { make, signals, finish } = probing();
    const leaving = new AbortController();
    const first = cache.get(version('a'), leaving.signal, make);
    const second = cache.get(version('a'), signal, make);
    leaving.abort(new Error('gone'));
    expect(await first.catch((error: unknown) => error)).to.have.property('message', 'gone');
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([false]);
    finish();
    expect((await second).movie).to.equal(null);
    expect(cache.latest('a')).not.to.equal(null);
  });

  it('gives up a probe that nobody waits for, and starts again for the next caller', async () => {
    const cache = createProbeCache();
    const { make, signals, finish } = probing();
    const leaving = new AbortController();
    const first = cache.get(version('a'), leaving.signal, make).catch(() => 'left');
    leaving.abort(new Error('gone'));
    expect(await first).to.equal('left');
    expect(signals[0]?.aborted).to.equal(true);
    const second = cache.get(version('a'), signal, make);
    finish();
    await second;
    expect(signals).to.have.length(2);
  });

  it('keeps no failure', async () => {
    const cache = createProbeCache();
    const failing = async () => {
      throw damaged('The file is damaged.');
    };
    expect((await problemOf(cache.get(version('a'), signal, failing))).type).to.equal('damaged-media');
    await turn();
    expect(cache.latest('a')).to.equal(null);
    expect((await cache.get(version('a'), signal, async () => probedOf())).movie).to.equal(null);
  });

  it('drops the least recently used probe beyond its bytes', async () => {
    const cache = createProbeCache(2.5 * WEIGHT);
    for (const key of ['a', 'b']) await cache.get(version(key), signal, async () => probedOf());
    cache.latest('a');
    await cache.get(version('c'), signal, async () => probedOf());
    expect(['a', 'b', 'c'].filter((key) => cache.latest(key) !== null)).to.deep.equal(['a', 'c']);
    expect(cache.usedBytes).to.equal(2 * WEIGHT);
  });

  it('does not empty itself for a probe that can never fit', async () => {
    const cache = createProbeCache(1.5 * WEIGHT);
    await cache.get(version('a'), signal, async () => probedOf());
    const audios = Array.from({ length: 4 }, (_, index) => audioTrack({ index }));
    const large = { ...probedOf(), media: mediaOf(audios, { durationSeconds: 36_000 }) };
    await cache.get(version('b'), signal, async () => large);
    expect([cache.latest('a') !== null, cache.latest('b')]).to.deep.equal([true, null]);
  });

  it('forgets an object whose version is no more, and no other', async () => {
    const cache = createProbeCache();
    await cache.get(version('a', '"1"'), signal, async () => probedOf());
    cache.forget('b');
    expect(cache.latest('a')).not.to.equal(null);
    cache.forget('a');
    expect([cache.latest('a'), cache.usedBytes]).to.deep.equal([null, 0]);
  });
});

describe('the weight of a probe', () => {
  const probed: Probed = {
    media: mediaOf([audioTrack()], { durationSeconds: 8.023 }),
    movie: null,
    originalObstacle: null,
    endsEarly: false,
    clock: null,
    remuxObstacle: () => null,
  };

  it('is a whole number for audio of any length, which a cache takes', async () => {
    expect(Number.isSafeInteger(heldBytes(probed))).to.equal(true);
    const cache = createProbeCache();
    const object = { key: 'a', etag: '"1"', sizeBytes: 1_000, lastModified: new Date(0) };
    await cache.get(object, new AbortController().signal, async () => probed);
    await turn();
    expect(cache.latest('a')?.probed).to.equal(probed);
  });
});
