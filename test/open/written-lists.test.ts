import { expect } from 'chai';
import { knownBytes } from '../../functions/stream/open/known-bytes.ts';
import { createWrittenLists, onceWritten } from '../../functions/stream/open/written-lists.ts';
import { clipOf } from '../../functions/stream/plan/clip.ts';
import { hlsMedia } from '../../functions/stream/playlist/hls-media.ts';
import { audioTrack, film as videoTrack } from '../../testing/media.ts';
import { offered } from '../../testing/presentations.ts';

const list = (bytes: number) => knownBytes('text/plain', Buffer.alloc(bytes, 'a'));
const film = (durationSeconds = 8) =>
  offered([videoTrack({ durationSeconds }), audioTrack({ durationSeconds })], { about: { durationSeconds } });

describe('onceWritten', () => {
  it('writes a list once for each plan and name', () => {
    const held = createWrittenLists(1_000);
    const [one, other] = [film(), film()];
    let written = 0;
    const ask = (name: string, plan = one) =>
      onceWritten(
        name,
        plan,
        () => {
          written += 1;
          return list(10);
        },
        held,
      );
    expect(ask('playlist copy')).to.equal(ask('playlist copy'));
    expect(ask('iframes copy')).to.not.equal(ask('playlist copy'));
    expect(ask('playlist copy', other)).to.not.equal(ask('playlist copy'));
    expect([written, held.size, held.calculatedSize]).to.deep.equal([3, 3, 30]);
  });

  it('holds no more bytes than it may, and none of clips', () => {
    const held = createWrittenLists(1_000);
    const plans = Array.from({ length: 50 }, () => film());
    for (const plan of plans) {
      for (const name of ['playlist copy', 'playlist audio-0']) onceWritten(name, plan, () => list(90), held);
      expect(held.calculatedSize).to.be.at.most(1_000);
    }
    expect(held.size).to.equal(11);
    onceWritten('playlist copy', film(), () => list(1_001), held);
    const [plan = film()] = plans;
    onceWritten('playlist copy', clipOf(plan, { startSeconds: 1, endSeconds: 3 }), () => list(10), held);
    expect(held.calculatedSize).to.equal(990);
  });

  it('is enough for the lists of films of hours', () => {
    const plan = film(7_200);
    const bytes = plan.video.reduce((sum, each) => sum + hlsMedia(each, plan, 'v'.repeat(22)).length, 0);
    expect(bytes).to.be.within(10_000, 1024 * 1024);
  });
});
