import { expect } from 'chai';
import type { VideoTrack } from '../../functions/stream/media/model/media.ts';
import { h264Level, highProfileCodecs } from '../../functions/stream/plan/h264-level.ts';
import { ladder } from '../../functions/stream/plan/ladder.ts';
import { film } from '../../testing/media.ts';

function rungs(over: Partial<VideoTrack>, copyBitrate: number | null = null) {
  const track = film(over);
  const copy =
    copyBitrate === null
      ? null
      : { averageBitrate: copyBitrate, width: track.displayWidth, height: track.displayHeight };
  return ladder(track, copy);
}

const size = (width: number, height: number) => ({ displayWidth: width, displayHeight: height });

describe('ladder', () => {
  const SIZES: [string, Partial<VideoTrack>, string][] = [
    ['1080p', size(1920, 1080), '1080p 1920x1080, 720p 1280x720, 480p 854x480, 360p 640x360, 240p 426x240'],
    [
      'UHD begins at 1080',
      size(3840, 2160),
      '1080p 1920x1080, 720p 1280x720, 480p 854x480, 360p 640x360, 240p 426x240',
    ],
    [
      'portrait',
      size(1080, 1920),
      '1080p 1080x1920, 720p 720x1280, 480p 480x854, 360p 360x640, 240p 240x426',
    ],
    ['between two steps', size(1024, 576), '576p 1024x576, 480p 854x480, 360p 640x360, 240p 426x240'],
    ['cinema', size(1920, 804), '804p 1920x804, 720p 1720x720, 480p 1146x480, 360p 860x360, 240p 574x240'],
    ['square', size(480, 480), '480p 480x480, 360p 360x360, 240p 240x240'],
    ['240p', size(320, 240), '240p 320x240'],
    ['smaller', size(176, 144), '144p 176x144'],
    ['odd, with no size twice', size(855, 481), '481p 854x480, 360p 640x360, 240p 426x240'],
    ['tiny', size(3, 1), '1p 2x2'],
    ['a strip', size(4000, 250), '250p 4000x250, 240p 3840x240'],
  ];
  for (const [name, over, expected] of SIZES) {
    it(name, () => {
      const sizes = rungs(over).map(({ id, video }) => `${id} ${video.width}x${video.height}`);
      expect(sizes.join(', ')).to.equal(expected);
    });
  }

  const BESIDE: [string, Partial<VideoTrack>, number, string][] = [
    ['a copy has its size to itself', size(1920, 1080), 5_000_000, '720p 480p 360p 240p'],
    ['unless it takes half as much again', size(1920, 1080), 9_000_000, '1080p 720p 480p 360p 240p'],
    ['between two steps', size(1024, 576), 1_500_000, '480p 360p 240p'],
    ['a copy of an odd size', size(855, 481), 1_500_000, '360p 240p'],
    ['nothing takes more than the copy', size(1920, 1080), 150_000, ''],
    ['a film of the least size', size(320, 240), 300_000, ''],
    [
      'HEVC is beside H.264 of its size',
      { ...size(1920, 1080), codec: 'hevc' },
      3_000_000,
      '1080p 720p 480p 360p 240p',
    ],
    ['HEVC of few bits', { ...size(640, 360), codec: 'hevc' }, 50_000, '360p 240p'],
  ];
  for (const [name, over, copyBitrate, expected] of BESIDE) {
    it(`beside a copy: ${name}`, () => {
      expect(
        rungs(over, copyBitrate)
          .map(({ id }) => id)
          .join(' '),
      ).to.equal(expected);
    });
  }

  const BITRATES: [string, number | null, number[]][] = [
    ['alone', null, [3_724_000, 2_111_000, 1_197_000, 800_000, 385_000]],
    ['beside a copy of few bits', 2_000_000, [964_000, 465_000, 277_000, 150_000]],
    ['beside one of many', 6_000_000, [2_111_000, 1_197_000, 800_000, 385_000]],
  ];
  for (const [name, copyBitrate, expected] of BITRATES) {
    it(`gives fewer bits to smaller sizes, ${name}`, () => {
      const bitrates = rungs(size(1920, 1080), copyBitrate).map(({ video }) => video.maxBitrate);
      expect(bitrates).to.have.length(expected.length);
      for (const [i, bitrate] of bitrates.entries()) {
        expect(bitrate / (expected[i] ?? 0)).to.be.within(0.99, 1.01);
      }
    });
  }

  it('plans the video as /stream does', () => {
    const [first] = rungs({
      ...size(720, 1280),
      rotation: 90,
      mirrored: true,
      interlaced: true,
      dynamicRange: 'hlg',
    });
    expect(first?.video).to.deep.include({
      codec: 'h264',
      rotation: 90,
      mirrored: true,
      deinterlace: true,
      toneMap: 'hlg',
      frameRate: { numerator: 24, denominator: 1 },
    });
  });
});

describe('h264Level', () => {
  // As the table has them: 3.1 for 720p30, 4.0 for 1080p30, 4.2 for 1080p60, 5.1 for UHD at 30, 5.2 at 60.
  const TABLE: [number, number, number, number, number][] = [
    [1920, 1080, 30, 6_000_000, 40],
    [1920, 1080, 60, 9_000_000, 42],
    [1920, 1080, 30, 26_000_000, 41],
    [1280, 720, 30, 3_000_000, 31],
    [1280, 720, 60, 4_500_000, 32],
    [854, 480, 30, 1_400_000, 31],
    [854, 480, 25, 1_400_000, 30],
    [640, 360, 30, 800_000, 30],
    [426, 240, 30, 390_000, 21],
    [3840, 2160, 30, 20_000_000, 51],
    [3840, 2160, 60, 30_000_000, 52],
    [176, 144, 15, 60_000, 10],
    [176, 144, 15, 150_000, 11],
    [16, 16, 1, 150_000, 11],
    [4000, 250, 25, 1_000_000, 40],
    [16_000, 16_000, 60, 90_000_000, 62],
  ];
  for (const [width, height, rate, maxBitrate, level] of TABLE) {
    it(`${width}x${height} at ${rate}, ${maxBitrate} bit/s: ${level / 10}`, () => {
      const frameRate = { numerator: rate, denominator: 1 };
      expect(h264Level({ width, height, frameRate, maxBitrate })).to.equal(level);
    });
  }

  it('is written as RFC 6381 has it', () => {
    expect([10, 31, 40, 62].map(highProfileCodecs)).to.deep.equal([
      'avc1.64000a',
      'avc1.64001f',
      'avc1.640028',
      'avc1.64003e',
    ]);
  });
});
