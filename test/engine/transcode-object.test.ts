import { expect } from 'chai';
import { busy } from '../../functions/stream/base/problem.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import type { Engine } from '../../functions/stream/engine/ffmpeg.ts';
import { transcodeObject } from '../../functions/stream/engine/transcode-object.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { audioTrack, mediaOf, probedOf } from '../../testing/media.ts';
import { rejection } from '../../testing/rejection.ts';
import { fakeSource, pattern } from '../../testing/sources.ts';

describe('transcodeObject', () => {
  it('leaves no server behind without a slot for ffmpeg', async () => {
    const source = fakeSource(pattern(1_000));
    const { object } = source;
    const { signal } = new AbortController();
    const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
    const probed = probedOf(mediaOf([audioTrack()]));
    let url = '';
    const engine: Engine = {
      async transcode(input) {
        url = input;
        expect((await fetch(input)).status).to.equal(200);
        throw busy('No place is free');
      },
    };
    const context = {
      object,
      access,
      probed,
      engine,
      limits: { maxPixels: 10_000_000 },
      signal,
      trace: createTrace(),
    };
    const problem = await rejection(transcodeObject({ input: [], output: [] }, context));
    expect(problem).to.have.property('type', 'busy');
    expect((await rejection(fetch(url))).cause).to.have.property('code', 'ECONNREFUSED');
  });
});
