import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import type { Media } from '../../functions/stream/media/model/media.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { planExport } from '../../functions/stream/plan/plan-export.ts';
import { planStream } from '../../functions/stream/plan/stream-plan.ts';
import { NO_PARAMETERS, type StreamParameters } from '../../functions/stream/route/stream-parameters.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';

type Wishes = Partial<StreamParameters>;

function inputOf(media: Media, wishes: Wishes) {
  const parameters = { ...NO_PARAMETERS, ...wishes };
  return {
    media,
    sizeBytes: 3_000_000,
    parameters,
    client: clientOf(parameters.accept, null),
    limits: { ...readLimits({}), cores: 2 },
    secondsLeft: 899,
    originalObstacle: null,
    remuxObstacle: () => null,
  };
}

/** What names of cached outputs follow from. */
function decisive(media: Media, wishes: Wishes): unknown {
  const { reason: _, predicted: __, ...plan } = planStream(inputOf(media, wishes));
  return plan;
}

const exported = (media: Media, wishes: Wishes) => planExport(inputOf(media, wishes)).recipe;

describe('parameters that ask for the same', () => {
  const times = { durationSeconds: 60 };
  const movie = mediaOf([film(times), audioTrack(times)], times);
  const song = mediaOf([audioTrack({ ...times, channels: 1 })], times);
  const stereo = mediaOf([audioTrack(times)], times);

  const SAME: [what: string, media: Media, Wishes, Wishes][] = [
    ['starts within half a millisecond', movie, { startSeconds: 1 }, { startSeconds: 1.000_499 }],
    ['a start of nearly nothing', movie, {}, { startSeconds: 0.000_4 }],
    ['durations within half a millisecond', movie, { durationSeconds: 5 }, { durationSeconds: 5.000_4 }],
    ['a duration beyond the end', movie, { startSeconds: 50 }, { startSeconds: 50, durationSeconds: 86_400 }],
    ['a duration to the end', movie, { startSeconds: 50 }, { startSeconds: 50, durationSeconds: 10 }],
    ['a duration beyond a remux', song, { startSeconds: 50 }, { startSeconds: 50, durationSeconds: 11 }],
    ['a height beyond the source', movie, { startSeconds: 1 }, { startSeconds: 1, height: 4320 }],
    ['a width beyond the source', movie, { startSeconds: 1 }, { startSeconds: 1, width: 7680 }],
    ['a size by its height or its width', movie, { height: 360 }, { width: 640 }],
    ['the one audio track', movie, { startSeconds: 1 }, { startSeconds: 1, audio: 0 }],
    ['the usual format', movie, { startSeconds: 1 }, { startSeconds: 1, format: 'mp4' }],
    ['parts of a kilobit of video', movie, { bitrate: 800_000 }, { bitrate: 800_999 }],
    ['parts of a kilobit of audio', stereo, { bitrate: 128_000 }, { bitrate: 128_001 }],
    [
      'bitrates that mp3 does not have',
      stereo,
      { format: 'mp3', bitrate: 128_000 },
      { format: 'mp3', bitrate: 121_000 },
    ],
    ['more than AAC takes', song, { format: 'aac', bitrate: 288_000 }, { format: 'aac', bitrate: 512_000 }],
    [
      'more than Opus takes',
      song,
      { format: 'opus', bitrate: 256_000 },
      { format: 'opus', bitrate: 512_000 },
    ],
    [
      'lists of what the client plays',
      movie,
      { startSeconds: 1 },
      { startSeconds: 1, accept: ['aac', 'h264', 'hevc', 'mp4'] },
    ],
  ];
  for (const [what, media, one, other] of SAME) {
    it(`${what}: one plan`, () => {
      expect(decisive(media, other)).to.deep.equal(decisive(media, one));
    });
    it(`${what}: one export`, () => {
      expect(exported(media, other)).to.deep.equal(exported(media, one));
    });
  }

  const OTHER: [what: string, media: Media, Wishes, Wishes][] = [
    ['starts a millisecond apart', movie, { startSeconds: 1 }, { startSeconds: 1.001 }],
    ['a duration a millisecond short of the end', movie, {}, { durationSeconds: 59.999 }],
    ['bitrates a kilobit apart', movie, { bitrate: 800_000 }, { bitrate: 801_000 }],
  ];
  for (const [what, media, one, other] of OTHER) {
    it(`${what}: two plans`, () => {
      expect(decisive(media, other)).to.not.deep.equal(decisive(media, one));
    });
  }

  it('a duration beyond an end that is only estimated is what was asked for', () => {
    const amr = mediaOf([audioTrack(times)], { ...times, container: 'amr', layout: null });
    expect(decisive(amr, { format: 'mp3', durationSeconds: 70 })).to.not.deep.equal(
      decisive(amr, { format: 'mp3' }),
    );
  });

  it('a duration is what was asked for where the header of the file alone tells its end', () => {
    const unknown = { durationSeconds: null };
    const matroska = mediaOf([film(unknown), audioTrack(unknown)], {
      ...times,
      container: 'matroska',
      layout: null,
    });
    expect(decisive(matroska, { startSeconds: 1, durationSeconds: 65 })).to.not.deep.equal(
      decisive(matroska, { startSeconds: 1 }),
    );
  });

  it('a duration is not clamped to the header of a file whose tracks last longer', () => {
    const longer = mediaOf([film(times), audioTrack({ durationSeconds: 70 })], times);
    expect(decisive(longer, { startSeconds: 1, durationSeconds: 65 })).to.not.deep.equal(
      decisive(longer, { startSeconds: 1 }),
    );
  });
});
