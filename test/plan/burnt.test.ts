import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import { type BurntText, burntTrack } from '../../functions/stream/plan/burnt.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { planHeader } from '../../functions/stream/plan/describe-plan.ts';
import { planExport } from '../../functions/stream/plan/plan-export.ts';
import type { PlanInput } from '../../functions/stream/plan/plan-input.ts';
import { planStream } from '../../functions/stream/plan/stream-plan.ts';
import type { TextTrack } from '../../functions/stream/plan/text-tracks.ts';
import { NO_PARAMETERS, type StreamParameters } from '../../functions/stream/route/stream-parameters.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { thrownBy } from '../../testing/problem.ts';

const TEXT: BurntText = { kind: 'file', key: 'a.srt', etag: '"1"', format: 'srt' };
const BOTH = [film({ startSeconds: 0.5 }), audioTrack({ startSeconds: 0.25 })];

function input(wishes: Partial<StreamParameters>, tracks = BOTH): PlanInput {
  const parameters = { ...NO_PARAMETERS, burn: 'file', ...wishes };
  return {
    ...{ media: mediaOf(tracks), sizeBytes: 3_000_000, parameters, client: clientOf(null, null) },
    ...{ limits: { ...readLimits({}), cores: 2 }, secondsLeft: 899, burnt: TEXT },
    ...{ originalObstacle: null, remuxObstacle: () => null },
  };
}

function burntBy(wishes: Partial<StreamParameters>) {
  const plan = planStream(input(wishes));
  if (plan.kind !== 'transcode' || plan.output.video?.kind !== 'encode') throw new Error(plan.kind);
  return plan.output.video.burnt;
}

describe('burn', () => {
  it('is what video is encoded for, and audio is not', () => {
    expect(planHeader(planStream(input({})))).to.match(
      /^transcode; format=mp4; video=h264:720; audio=copy; reason="burn=file was asked for"$/,
    );
  });

  it('is part of the plan, on the clock of the text', () => {
    const common = { text: TEXT, version: 1 };
    expect(burntBy({})).to.deep.equal({ ...common, startSeconds: 0.25, factor: 1 });
    expect(burntBy({ startSeconds: 2, speed: 1.5 })).to.deep.equal({
      ...common,
      startSeconds: 2.25,
      factor: 1.5,
    });
  });

  it('leaves other plans without a word of it', () => {
    const plan = planStream({ ...input({ burn: null, height: 360 }), burnt: undefined } as never);
    expect(JSON.stringify(plan)).not.to.include('burn');
  });

  it('is drawn into each group of an export, which begins with the film', () => {
    const { recipe } = planExport(input({ startSeconds: 2 }));
    if (recipe.kind !== 'film') throw new Error(recipe.kind);
    const { zeroSeconds, film: rendition } = recipe.film;
    expect(rendition.source.video.burnt?.startSeconds).to.be.closeTo(zeroSeconds, 0.021);
  });

  it('takes some time more', () => {
    const seconds = (wishes: Partial<StreamParameters>) => planStream(input(wishes)).predicted.seconds ?? 0;
    const without = planStream({ ...input({ burn: null, height: 718 }), burnt: undefined } as never);
    expect(seconds({})).to.be.above(without.predicted.seconds ?? 0);
  });

  it('needs video', () => {
    const refused = (wishes: Partial<StreamParameters>, tracks = BOTH) =>
      thrownBy(() => planStream(input(wishes, tracks)));
    const { type, message } = refused({ format: 'mp3' });
    expect([type, message]).to.deep.equal([
      'bad-parameter',
      'The parameter "burn" does not apply to format=mp3, which holds no video.',
    ]);
    expect(refused({}, [audioTrack()] as never).message).to.match(
      /"burn" does not apply: the file has no video/,
    );
  });
});

describe('burntTrack', () => {
  const track = (id: string, whyNot: string | null) => ({ id, whyNot }) as TextTrack;
  const tracks = [
    track('track-2', null),
    track('track-3', 'its subtitles are images'),
    track('file-en', null),
  ];

  it('returns the one of the name, with the reason for any other', () => {
    expect(burntTrack(tracks, 'file-en')).to.equal(tracks[2]);
    const refused = (id: string, among = tracks) => thrownBy(() => burntTrack(among, id)).message;
    expect(refused('track-3')).to.equal(
      'The parameter "burn" must not be track-3: its subtitles are images.',
    );
    expect(refused('track-9')).to.equal(
      'The parameter "burn" names no subtitles of this file: there is track-2, file-en.',
    );
    expect(refused('track-9', [])).to.match(/there are no subtitles\.$/);
  });
});
