import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { describeExports } from '../../functions/stream/plan/info-exports.ts';
import type { PlanInput } from '../../functions/stream/plan/plan-input.ts';
import { NO_PARAMETERS } from '../../functions/stream/route/stream-parameters.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';

const MEDIA = mediaOf([film({ durationSeconds: 600 }), audioTrack({ durationSeconds: 600 })], {
  durationSeconds: 600,
});

function said(over: Partial<PlanInput>, format: string) {
  const question: PlanInput = {
    media: MEDIA,
    sizeBytes: 3_000_000,
    parameters: NO_PARAMETERS,
    client: clientOf(null, null),
    limits: { ...readLimits({}), cores: 1 },
    secondsLeft: 900,
    originalObstacle: null,
    remuxObstacle: () => null,
    ...over,
  };
  const options = { prefix: '/~token', memoryMegabytes: 2048 };
  const href = `/~token/export/a%20b.mp4?format=${format}`;
  const found = describeExports('a b.mp4', question, options).find((address) => address.href === href);
  if (found === undefined) throw new Error(`${href} is not listed`);
  return found;
}

describe('what /info says of exports', () => {
  it('is what the work takes, and no more for the length of the result', () => {
    const mp3 = said({}, 'mp3');
    if (!('predicted' in mp3)) throw new Error('It is offered.');
    const { seconds, bytes, gigabyteSeconds } = mp3.predicted;
    expect(mp3).to.include({ plan: 'export', contentType: 'audio/mpeg' });
    expect(bytes).to.be.above(1_000_000);
    expect(seconds).to.be.above(0);
    expect(gigabyteSeconds).to.be.closeTo(2 * (seconds ?? 0), 0.001);
  });

  it('is no work where the file stays what it is', () => {
    expect(said({}, 'mp4')).to.deep.include({
      predicted: { seconds: 0, bytes: 3_000_000, gigabyteSeconds: 0 },
    });
  });

  it('is the problem where it is not to be divided and is too long for one invocation', () => {
    const webm = said({ secondsLeft: 20 }, 'webm');
    if (!('problem' in webm)) throw new Error('It is refused.');
    expect(webm.problem.type).to.equal('urn:sluice:problem:too-large');
    expect(webm.problem.detail).to.match(/cannot be divided among invocations, of which one has 20/);
  });
});
