import { expect } from 'chai';
import type { Container } from '../../functions/stream/media/model/containers.ts';
import type { AudioTrack } from '../../functions/stream/media/model/media.ts';
import { clientOf, hears, sees } from '../../functions/stream/plan/client.ts';
import { audioTrack } from '../../testing/media.ts';

describe('hears', () => {
  const TABLE: [Container, Partial<AudioTrack>, readonly string[] | null, boolean][] = [
    ['mp4', { codec: 'aac' }, null, true],
    ['mp4', { codec: 'mp3' }, null, true],
    ['mp4', { codec: 'pcm' }, null, false],
    ['wav', { codec: 'pcm' }, null, true],
    ['wav', { codec: 'mp3' }, null, false],
    ['wav', { codec: 'mp3' }, ['wav', 'mp3'], true],
    ['mp4', { codec: 'vorbis' }, null, false],
    ['ogg', { codec: 'vorbis' }, null, true],
    ['mp4', { codec: 'pcm' }, ['mp4', 'pcm'], true],
    ['mp4', { codec: 'pcm' }, ['hevc'], false],
    // Firefox plays MP4, and is silent on it.
    ['mp4', { codec: 'pcm' }, ['mp4'], false],
    ['mp4', { codec: 'pcm' }, ['pcm'], false],
    ['mp4', { codec: 'aac' }, ['mp4'], true],
    ['matroska', { codec: 'pcm' }, ['mkv'], false],
    ['matroska', { codec: 'pcm' }, ['mkv', 'pcm'], true],
    ['wav', { codec: 'pcm' }, ['wav'], true],
    ['mp4', { codec: 'ac3' }, ['ac3'], true],
    ['webm', { codec: 'ac3' }, ['webm', 'ac3'], false],
    ['matroska', { codec: 'aac' }, ['mkv'], true],
    ['mp4', { codecString: 'mp4a.40.29' }, null, true],
    ['mp4', { codecString: 'mp4a.40.42' }, null, false],
    ['mp4', { codecString: 'mp4a.40.42' }, ['mp4', 'aac'], false],
    ['flac', { codec: 'flac', bitsPerSample: 24 }, null, true],
    ['flac', { codec: 'flac', bitsPerSample: 32 }, null, false],
  ];
  for (const [container, track, accept, expected] of TABLE) {
    it(`${JSON.stringify(track)} in ${container} for ${accept}: ${expected}`, () =>
      expect(hears(clientOf(accept, null), container, audioTrack(track))).to.equal(expected));
  }
});

describe('sees', () => {
  it('judges video by their container as well', () => {
    const usual = clientOf(null, null);
    expect(sees(usual, 'mp4', 'h264')).to.equal(true);
    expect(sees(usual, 'mp4', 'vp8')).to.equal(false);
    expect(sees(usual, 'webm', 'vp8')).to.equal(true);
    expect(sees(usual, 'mp4', 'hevc')).to.equal(false);
    expect(sees(clientOf(['hevc'], null), 'mp4', 'hevc')).to.equal(true);
    expect(sees(clientOf(['av1'], null), 'mp4', 'av1')).to.equal(true);
    expect(sees(clientOf(['mkv'], null), 'matroska', 'h264')).to.equal(true);
    expect(sees(clientOf(['ts'], null), 'mpegts', 'h264')).to.equal(true);
    expect(sees(clientOf(['webm', 'h264'], null), 'webm', 'h264')).to.equal(false);
  });
});
