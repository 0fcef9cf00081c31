import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import type { Media } from '../../functions/stream/media/model/media.ts';
import { clientOf } from '../../functions/stream/plan/client.ts';
import { isApple, planPlay } from '../../functions/stream/plan/play-plan.ts';
import { NO_PARAMETERS } from '../../functions/stream/route/stream-parameters.ts';
import { CLIENT_HEADERS } from '../../testing/client-headers.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { thrownBy } from '../../testing/problem.ts';

function plan(media: Media, player: 'apple' | 'other', maxResponseBytes = 200_000_000): string {
  const planned = planPlay(
    {
      media,
      sizeBytes: 3_000_000,
      parameters: NO_PARAMETERS,
      client: clientOf(null, null),
      limits: { ...readLimits({}), cores: 2, maxResponseBytes },
      secondsLeft: 899,
      originalObstacle: null,
      remuxObstacle: () => null,
    },
    player,
  );
  return planned.kind === 'hls' ? `hls; ${planned.reason}` : planned.plan.kind;
}

describe('isApple', () => {
  for (const { name, isApple: expected, headers } of CLIENT_HEADERS) {
    it(`takes ${name} for ${expected ? 'a player of Apple’s' : 'another'}`, () => {
      expect(isApple(new Headers(headers))).to.equal(expected);
    });
  }
  it('takes whoever says nothing for another', () => expect(isApple(new Headers())).to.equal(false));
});

describe('planPlay', () => {
  const both = [film(), audioTrack()];
  const atEnd = { fragmented: false, moovAtEnd: true, hasLocation: false };
  const matroska = { container: 'matroska', layout: null } as const;
  const webm = { container: 'webm', layout: null } as const;
  const TABLE: [what: string, media: Media, apple: RegExp, other: RegExp][] = [
    ['a file that all play', mediaOf(both), /^passthrough$/, /^passthrough$/],
    ['one with its index at the end', mediaOf(both, { layout: atEnd }), /^faststart$/, /^faststart$/],
    ['Matroska of H.264', mediaOf(both, matroska), /^hls; for a player of Apple's: .*matroska/, /^remux$/],
    [
      'HEVC',
      mediaOf([film({ codec: 'hevc', codecString: 'hvc1.1.6.L93.B0' })]),
      /^hls; .*hevc/,
      /^transcode$/,
    ],
    ['WebM', mediaOf([film({ codec: 'vp9' })], webm), /^hls; /, /^passthrough$/],
    ['a song', mediaOf([audioTrack({ codec: 'mp3' })], { container: 'mp3', layout: null }), /^pass/, /^pass/],
    ['a song in ALAC', mediaOf([audioTrack({ codec: 'alac' })]), /^hls; /, /^transcode$/],
    [
      'a recording without a duration, of which no playlist can be',
      mediaOf([audioTrack({ codec: 'vorbis', durationSeconds: null })], {
        ...{ container: 'ogg', layout: null, durationSeconds: null },
      }),
      /^passthrough$/,
      /^passthrough$/,
    ],
  ];
  for (const [what, media, apple, other] of TABLE) {
    it(what, () => {
      expect(plan(media, 'apple')).to.match(apple);
      expect(plan(media, 'other')).to.match(other);
    });
  }

  it('leads everybody to HLS where a stream is too large, and refuses what cannot be played', () => {
    const long = mediaOf([film({ codec: 'hevc' })], { durationSeconds: 3_000 });
    for (const player of ['apple', 'other'] as const) {
      expect(plan(long, player, 1_000_000)).to.match(/^hls; The work would take about \d+ seconds/);
      const nothing = () =>
        plan(mediaOf([film({ codec: 'hevc', undecodable: 'Nobody plays this.' })]), player);
      expect(thrownBy(nothing).type).to.equal('unsupported-media');
    }
  });
});
