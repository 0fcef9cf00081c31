import { expect } from 'chai';
import { readLimits } from '../../functions/stream/base/limits.ts';
import { imageHeader } from '../../functions/stream/plan/describe-plan.ts';
import { type ImageInput, planImage } from '../../functions/stream/plan/image-plan.ts';
import { imageSize } from '../../functions/stream/plan/image-size.ts';
import { parseParameters } from '../../functions/stream/route/parameters.ts';
import { audioTrack, film, mediaOf } from '../../testing/media.ts';
import { thrownBy } from '../../testing/problem.ts';

const HD = { width: 1280, height: 720 };

describe('imageSize', () => {
  type Row = [width: number | null, height: number | null, fit: 'contain' | 'cover' | 'pad', size: string];
  const ROWS: Row[] = [
    [null, null, 'contain', '1280x720'],
    [640, null, 'contain', '640x360'],
    [null, 90, 'cover', '160x90'],
    [320, 320, 'contain', '320x180'],
    [320, 320, 'cover', '569x320 as 320x320'],
    [320, 320, 'pad', '320x180 as 320x320'],
    [4000, null, 'contain', '1280x720'],
    // The shape that was asked for, as large as the film has it.
    [2000, 2000, 'cover', '1280x720 as 720x720'],
    [1920, 1080, 'pad', '1280x720 as 1920x1080'],
  ];
  for (const [width, height, fit, size] of ROWS) {
    it(`fits 1280x720 into ${width} by ${height} with ${fit}: ${size}`, () => {
      const { scaled, canvas } = imageSize(HD, { width, height, fit });
      const [a, b] = [scaled, canvas].map((each) => `${each.width}x${each.height}`);
      expect(a === b ? a : `${a} as ${b}`).to.equal(size);
    });
  }
});

describe('planImage', () => {
  const input = (query: string, over: Partial<ImageInput> = {}): ImageInput => ({
    media: mediaOf([film(), audioTrack()]),
    sizeBytes: 1_000_000,
    parameters: parseParameters('image', new URLSearchParams(query)),
    accept: null,
    hasCover: false,
    limits: { ...readLimits({}), cores: 2 },
    secondsLeft: 60,
    ...over,
  });
  const planned = (query: string, over: Partial<ImageInput> = {}) =>
    imageHeader(planImage(input(query, over)));

  const TIMES: [query: string, header: string][] = [
    ['', 'image; format=jpeg; frame=auto'],
    ['t=2.5', 'image; format=jpeg; frame=2.500'],
    ['t=2.5004', 'image; format=jpeg; frame=2.500'],
    ['t=50%', 'image; format=jpeg; frame=5.000'],
    ['t=3600&format=png', 'image; format=png; frame=9.999'],
    ['t=2&nearest=keyframe&format=webp', 'image; format=webp; keyframe=2.000'],
  ];
  for (const [query, header] of TIMES) {
    it(`decides of ?${query}: ${header}`, () => expect(planned(query)).to.equal(header));
  }

  const ACCEPTED: [accept: string | null, format: string][] = [
    [null, 'jpeg'],
    ['*/*', 'jpeg'],
    ['image/avif,image/webp,image/apng,*/*;q=0.8', 'webp'],
    ['image/png', 'png'],
  ];
  for (const [accept, format] of ACCEPTED) {
    it(`sends ${format} to a client that accepts ${accept}`, () => {
      expect(planned('format=auto', { accept })).to.equal(`image; format=${format}; frame=auto`);
    });
  }

  it('shows the cover art of a song, or says that there is none', () => {
    const song = mediaOf([audioTrack()]);
    expect(planned('', { media: song, hasCover: true })).to.equal('image; format=jpeg; cover');
    const problem = thrownBy(() => planImage(input('', { media: song })));
    expect([problem.status, problem.message]).to.deep.equal([
      404,
      'The file has no video and no cover art, of which an image could be.',
    ]);
  });

  const REFUSED: [what: string, query: string, over: Partial<ImageInput>, type: string, detail: RegExp][] = [
    ['a quality of PNG', 'format=png&quality=5', {}, 'bad-parameter', /"quality" does not apply/],
    [
      'a share of an unknown duration',
      't=50%',
      { media: mediaOf([film({ durationSeconds: null })], { durationSeconds: null }) },
      'bad-parameter',
      /"t" cannot be a share/,
    ],
    [
      'frames beyond the limit',
      '',
      { media: mediaOf([film({ codedWidth: 100_000 })]) },
      'too-large',
      /MAX_PIXELS/,
    ],
    [
      'video that nothing decodes here',
      '',
      { media: mediaOf([film({ undecodable: 'The codec is not decoded here.' })]) },
      'unsupported-media',
      /not decoded here/,
    ],
  ];
  for (const [what, query, over, type, detail] of REFUSED) {
    it(`refuses ${what}`, () => {
      const problem = thrownBy(() => planImage(input(query, over)));
      expect([problem.type, detail.test(problem.message)]).to.deep.equal([type, true]);
    });
  }
});
