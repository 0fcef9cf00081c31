import { expect } from 'chai';
import type { Track } from '../../functions/stream/media/model/media.ts';
import { audioTrack, film } from '../../testing/media.ts';
import { describeTrack } from '../../web/describe-track.ts';

describe('how the player page describes a track', () => {
  const ntsc = { numerator: 30_000, denominator: 1001, constant: false };
  const { index, stream, undecodable, startSeconds, durationSeconds, isDefault } = audioTrack();
  const subtitles: Track = {
    ...{ index, stream, undecodable, startSeconds, durationSeconds, isDefault, bitrate: null },
    ...{
      kind: 'subtitle',
      codec: 'tx3g',
      language: 'de',
      title: null,
      isForced: false,
      isForHearingImpaired: false,
    },
  };
  const table: readonly (readonly [Track, string])[] = [
    [film(), 'Video: h264 (avc1.640028), 1280 × 720, 24 frames/s, 8 bit, 4:2:0, 2.0 Mbit/s'],
    [
      film({ codedHeight: 736, frameRate: ntsc, dynamicRange: 'hlg', rotation: 90, interlaced: true }),
      'Video: h264 (avc1.640028), 1280 × 720, coded 1280 × 736, 29.97 frames/s on average, 8 bit, 4:2:0, HDR (HLG), ' +
        'interlaced, turned 90°, 2.0 Mbit/s',
    ],
    [
      film({
        isCoverArt: true,
        frameRate: null,
        bitDepth: null,
        chroma: null,
        codecString: null,
        bitrate: null,
      }),
      'Cover art: h264, 1280 × 720',
    ],
    [audioTrack({ language: 'en' }), 'Audio: aac (mp4a.40.2), stereo, 48 kHz, 128 kbit/s, en'],
    [audioTrack({ language: 'und', channels: 6, bitrate: null }), 'Audio: aac (mp4a.40.2), 5.1, 48 kHz'],
    [subtitles, 'Subtitle: tx3g, de'],
  ];
  for (const [track, described] of table) {
    it(described, () => expect(describeTrack(track)).to.equal(described));
  }
});
