import { expect } from 'chai';
import { createTrace } from '../../functions/stream/base/trace.ts';
import { parseConfig } from '../../functions/stream/config/config.ts';
import { openStream } from '../../functions/stream/open/open-stream.ts';
import type { StreamPlan } from '../../functions/stream/plan/stream-plan.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { audioTrack, mediaOf, probedOf } from '../../testing/media.ts';
import { problemOf } from '../../testing/problem.ts';
import { fakeSource, pattern } from '../../testing/sources.ts';

describe('openStream', () => {
  it('answers with a problem if a remux fails before its first byte', async () => {
    const source = fakeSource(pattern(10_000));
    const { object } = source;
    const { signal } = new AbortController();
    const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
    const { limits } = parseConfig({ MEDIA_DIR: '/films' });
    const plan: StreamPlan = {
      kind: 'remux',
      tracks: [0],
      startSeconds: 0,
      durationSeconds: null,
      contentType: 'audio/mp4',
      reason: 'a test',
      predicted: { seconds: 0, bytes: 0 },
    };
    const probed = probedOf(mediaOf([audioTrack()]));
    const engine = { transcode: () => Promise.reject(new Error('not asked for')) };
    const context = { source, object, access, limits, signal, trace: createTrace() };
    const representation = await openStream(plan, context, { probed, engine });
    if (representation.kind !== 'live') throw new Error('a remux is produced while it is sent');
    expect((await problemOf(representation.open())).type).to.equal('damaged-media');
  });
});
