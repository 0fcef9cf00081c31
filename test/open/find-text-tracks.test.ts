import { expect } from 'chai';
import { Problem, sourceUnavailable } from '../../functions/stream/base/problem.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import { findTextTracks } from '../../functions/stream/open/find-text-tracks.ts';
import type { Source } from '../../functions/stream/source/source.ts';
import { film, mediaOf } from '../../testing/media.ts';
import { problemOf } from '../../testing/problem.ts';
import { fakeSource } from '../../testing/sources.ts';

describe('the text tracks of a film', () => {
  const media = mediaOf([film()]);
  const { signal } = new AbortController();
  const contextOf = (beside: Source['beside']) => {
    const { object, ...source } = fakeSource(new Uint8Array(1));
    return { source: { ...source, beside }, object, signal, trace: createTrace() };
  };

  it('are looked for once in a while, however often they are asked for', async () => {
    let lists = 0;
    const context = contextOf(async (prefix) => {
      lists++;
      return [{ key: `${prefix}en.srt`, sizeBytes: 1 }];
    });
    for (let i = 0; i < 3; i++) {
      expect((await findTextTracks(context, media)).map(({ id }) => id)).to.deep.equal(['file-en']);
    }
    expect(lists).to.equal(1);
  });

  it('are those of the film alone where the store cannot be listed, and looked for again', async () => {
    let fails = true;
    const context = contextOf(async (prefix) => {
      if (fails) throw sourceUnavailable();
      return [{ key: `${prefix}de.vtt`, sizeBytes: 1 }];
    });
    expect(await findTextTracks(context, media)).to.deep.equal([]);
    const strictly = findTextTracks(context, media, { isStrict: true });
    expect((await problemOf(strictly)).type).to.equal('source-unavailable');
    fails = false;
    expect((await findTextTracks(context, media)).map(({ id }) => id)).to.deep.equal(['file-de']);
  });

  it('do not hide that the request has ended', async () => {
    const reason = new Problem('timeout', 'Out of time.');
    const context = { ...contextOf(async () => Promise.reject(reason)), signal: AbortSignal.abort(reason) };
    expect((await problemOf(findTextTracks(context, media))).type).to.equal('timeout');
  });
});
