import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { joinedRenditions } from '../../testing/joined-renditions.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode, ffmpeg } from '../../testing/verify.ts';

const DEMO = join(demoDirectory, 'video.mp4');

/** Short files of each kind, since all of their renditions are encoded; or the start of one. */
const FILES: readonly (readonly [what: string, path: string, seconds?: number])[] = [
  ['24 a second, audio of six channels', DEMO, 4],
  ['variable rate', 'mp4/mediabunny__cursed-vfr.mp4'],
  ['29.97 a second, in fragments', 'fmp4/media__sample_fragmented.mp4'],
  ['an edit list', 'mp4/mediabunny__edts.mp4'],
  ['HEVC of ten bits', 'mp4/torchcodec__h265_10bits.mp4'],
  ['audio alone', 'audio/audio-lena__lena.flac'],
  ['Matroska', 'mkv/media__sample_with_ass_subtitles.mkv'],
  ['60 a second, high dynamic range', 'ts/mediabunny__0.ts', 1],
];

describe('all segments of each rendition after its init segment', function () {
  this.timeout(180_000);
  let media: string;
  let service: Service;

  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-decodes-'));
    service = await startService({ MEDIA_DIR: media });
  });
  after(async () => {
    await service?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  for (const [what, path, length] of FILES) {
    it(`decode without a word: ${what}`, async () => {
      const name = path.replace(/.*\//, '');
      const file = isAbsolute(path) ? path : join(corpusDirectory, path);
      if (length === undefined) await copyFile(file, join(media, name));
      else await ffmpeg('-i', file, '-t', String(length), '-c', 'copy', join(media, name));
      const told: string[] = [];
      for await (const joined of joinedRenditions(service.url, name, media)) {
        const { uri, path: whole, segments, plannedSeconds } = joined;
        const { complaints, seconds } = await decode(whole, 'warning');
        expect(complaints, uri).to.equal('');
        // With a variable rate, the decoder does not say how long the last frame lasts.
        expect(seconds, uri).to.be.within(
          what === 'variable rate' ? 0.8 * plannedSeconds : plannedSeconds - 0.15,
          plannedSeconds + 0.15,
        );
        told.push(`${uri.replace('/index.m3u8', '')} ${segments} in ${seconds.toFixed(3)} s`);
      }
      console.log(`      ${told.join(', ')}`);
      expect(told).to.have.length.above(0);
    });
  }
});
