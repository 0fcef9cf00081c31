import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import type { Media } from '../../functions/stream/media/model/media.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { planExport } from '../../functions/stream/plan/plan-export.ts';
import { NO_PARAMETERS, type StreamParameters } from '../../functions/stream/route/stream-parameters.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { thrownBy } from '../../testing/problem.ts';

const limits = { ...readLimits({}), cores: 2 };

function plan(media: Media, wishes: Partial<StreamParameters>, over: Partial<typeof limits> = {}) {
  return planExport({
    media,
    sizeBytes: 3_000_000,
    parameters: { ...NO_PARAMETERS, ...wishes },
    client: clientOf(null, null),
    limits: { ...limits, ...over },
    secondsLeft: 899,
    originalObstacle: null,
    remuxObstacle: () => null,
  });
}

describe('the plan of an export', () => {
  const hour = mediaOf([film({ durationSeconds: 3_600 }), audioTrack({ durationSeconds: 3_600 })], {
    durationSeconds: 3_600,
  });
  for (const wishes of [{ format: 'mp4', height: 144 }, { format: 'mp3' }] as const) {
    it(`MAX_EXPORT_CPU_SECONDS: at it ${wishes.format} is exported, above it not, however many share the work`, () => {
      const { predictedSeconds } = plan(hour, wishes);
      const cpu = Math.ceil((predictedSeconds ?? 0) * 2);
      expect(cpu).to.be.above(30);
      expect(plan(hour, wishes, { maxExportCpuSeconds: cpu })).to.include({ predictedSeconds });
      const { type, message } = thrownBy(() => plan(hour, wishes, { maxExportCpuSeconds: cpu - 1 }));
      expect(type).to.equal('too-large');
      expect(message).to.contain(`about ${cpu} seconds of a processor, and the limit is ${cpu - 1}`);
      expect(message).to.contain('MAX_EXPORT_CPU_SECONDS');
    });
  }

  for (const wishes of [{ speed: 2 }, { loudness: -16 }] as const) {
    it(`is not divided among invocations: ${JSON.stringify(wishes)}`, () => {
      const asked = { format: 'mp4', height: 144, ...wishes } as const;
      expect([plan(hour, asked).recipe.kind, plan(hour, asked).groups]).to.deep.equal(['movie', null]);
      const long = mediaOf([film({ durationSeconds: 20_000 }), audioTrack({ durationSeconds: 20_000 })], {
        durationSeconds: 20_000,
      });
      const { type, message } = thrownBy(() => plan(long, asked, { maxCpuSeconds: 1e6 }));
      expect(type).to.equal('too-large');
      expect(message).to.contain('without speed and loudness, mp4 can');
    });
  }

  it('measures the loudness of any length', () => {
    const { recipe, header } = plan(hour, { format: 'mp3', loudness: -16 });
    expect(recipe.kind).to.equal('mp3');
    expect(header).to.contain('loudness=-16:measured');
  });

  it('begins a divided film where `/stream` does: at a start counted from the earliest track', () => {
    const late = [
      film({ startSeconds: 10.5, durationSeconds: 6 }),
      audioTrack({ startSeconds: 10, durationSeconds: 7 }),
    ];
    const { recipe, secondsTotal } = plan(mediaOf(late, { durationSeconds: 7 }), {
      format: 'mp4',
      height: 144,
      startSeconds: 2,
    });
    if (recipe.kind !== 'film') throw new Error(recipe.kind);
    const { zeroSeconds, frames, film: rendition } = recipe.film;
    const { numerator, denominator } = rendition.source.video.frameRate;
    expect(zeroSeconds).to.equal(12);
    expect((frames * denominator) / numerator).to.be.closeTo(4.5, 0.05);
    expect(secondsTotal).to.equal(5);
  });

  const short = mediaOf([film({ durationSeconds: 6 }), audioTrack({ durationSeconds: 2, startSeconds: 0 })], {
    durationSeconds: 6,
  });
  const totals = [
    [{ format: 'opus' }, 2],
    [{ format: 'mp3', startSeconds: 0.5 }, 1.5],
    [{ format: 'wav', startSeconds: 0.5, durationSeconds: 1 }, 1],
    [{ format: 'webm', startSeconds: 3 }, 3],
    [{ format: 'mp4', height: 144 }, 6],
    [{ format: 'webm', startSeconds: 3, speed: 2 }, 1.5],
    [{ format: 'mp4', speed: 0.5 }, 12],
    [{}, 6],
  ] as const;
  for (const [wishes, seconds] of totals) {
    it(`lasts ${seconds} s where audio ends before the film: ${JSON.stringify(wishes)}`, () => {
      expect(plan(short, wishes).secondsTotal).to.equal(seconds);
    });
  }

  for (const format of ['opus', 'mp3', 'wav', 'aac', 'flac'] as const) {
    it(`is refused if the audio has ended before the start of it: ${format}`, () => {
      const { type, message } = thrownBy(() => plan(short, { format, startSeconds: 3 }));
      expect([type, message]).to.deep.equal([
        'bad-parameter',
        'The parameter "start" must be below 2: what is exported ends there, in seconds.',
      ]);
    });
  }

  it('is the same for times that differ by less than a millisecond', () => {
    const about = (startSeconds: number, durationSeconds: number) =>
      plan(hour, { format: 'mp3', startSeconds, durationSeconds });
    expect(about(1.00012, 2.0004)).to.deep.equal(about(1, 2));
    expect(about(1.001, 2)).to.not.deep.equal(about(1, 2));
    expect(about(1, 0.0001)).to.deep.equal(about(1, 0.001));
  });
});
