import { expect } from 'chai';
import { planHeadStart } from '../../functions/stream/plan/head-start.ts';
import type { Rendition } from '../../functions/stream/plan/presentation.ts';
import type { AdaptiveAsk } from '../../functions/stream/route/adaptive.ts';
import { audioTrack, film } from '../../testing/media.ts';
import { offered } from '../../testing/presentations.ts';

const { video, audio } = offered([film({ durationSeconds: 20 }), audioTrack({ durationSeconds: 20 })]);
const [copy] = video;
const encoded = video.find(({ source }) => source.kind === 'encode');
const copiedAudio = audio.find(({ source }) => source.kind === 'copy');

const segment = (index: number): AdaptiveAsk => ({ kind: 'segment', rendition: '240p', index });
const iFrame: AdaptiveAsk = { kind: 'iframe', rendition: '240p', index: 1 };

describe('planHeadStart', () => {
  type Row = [
    what: string,
    ask: AdaptiveAsk,
    rendition: Rendition | null | undefined,
    most: number,
    indexes: number[] | null,
  ];
  const last = (encoded?.segments.length ?? 0) - 1;
  const TABLE: Row[] = [
    ['goes on with the next', segment(0), encoded, 1, [1]],
    ['goes on with as many as are set', segment(2), encoded, 3, [3, 4, 5]],
    ['ends with the film', segment(last - 2), encoded, 16, [last - 1, last]],
    ['has nothing behind the last', segment(last), encoded, 16, null],
    ['does nothing where it is off', segment(0), encoded, 0, null],
    ['leaves alone what is copied', segment(0), copy, 2, null],
    ['leaves alone copied audio', segment(0), copiedAudio, 2, null],
    ['does nothing for an I-frame of trick play', iFrame, encoded, 2, null],
    ['does nothing for an init segment', { kind: 'init', rendition: '240p' }, encoded, 2, null],
    ['does nothing for a playlist', { kind: 'playlist', rendition: '240p' }, null, 2, null],
  ];
  for (const [what, ask, rendition, most, indexes] of TABLE) {
    it(what, () => {
      if (rendition === undefined) throw new Error('There is no such rendition.');
      const plan = planHeadStart(ask, rendition, most);
      expect(plan?.asks.map(({ index }) => index) ?? null).to.deep.equal(indexes);
      expect(plan?.asks.every((next) => next.rendition === '240p') ?? true).to.equal(true);
    });
  }

  it('begins none after as long as the segment plays that was sent', () => {
    if (encoded === undefined) throw new Error('Nothing is encoded.');
    const seconds = [0, 1, 2].map((index) => planHeadStart(segment(index), encoded, 1)?.withinSeconds);
    expect(seconds).to.deep.equal([1, 2, 4]);
  });
});
