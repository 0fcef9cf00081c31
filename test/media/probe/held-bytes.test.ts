import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { heldBytes } from '../../../functions/stream/media/probe/held-bytes.ts';
import type { Probed } from '../../../functions/stream/media/probe/probe.ts';
import { createProbeCache } from '../../../functions/stream/media/probe/probe-cache.ts';
import { audioTrack, mediaOf } from '../../../testing/media.ts';

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
