import { setMaxListeners } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sourceUnavailable } from '../../../functions/stream/base/problem.ts';
import { type Probed, probe } from '../../../functions/stream/media/probe/probe.ts';
import { cachedAccess, createBlockCache } from '../../../functions/stream/source/cache.ts';
import { directorySource } from '../../../functions/stream/source/directory.ts';
import type { Source } from '../../../functions/stream/source/source.ts';
import { localEnvironment } from '../../../local/function.ts';
import { corpusDirectory, needs } from '../../../testing/needs.ts';
import { problemOf } from '../../../testing/problem.ts';
import { descendantsNamed } from '../../../testing/processes.ts';
import { fakeSource } from '../../../testing/sources.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);

let ffprobePath = '';
before(async () => {
  ffprobePath = (await localEnvironment({})).FFPROBE_PATH ?? '';
});

async function probeKey(
  source: Source,
  key: string,
  options: Partial<{ ffprobePath: string; signal: AbortSignal }> = {},
) {
  const object = await source.stat(key, signal);
  const file = cachedAccess(source, object, signal, { cache: createBlockCache() });
  return probe({ file, object, ffprobePath, signal, ...options });
}

const probeBytes = (bytes: Uint8Array) => probeKey(fakeSource(bytes), 'film.mp4');

describe('probe', () => {
  const refused: readonly [string, Uint8Array, string, RegExp][] = [
    ['nothing', new Uint8Array(), 'not-media', /empty/],
    ['a playlist', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'), 'not-media', /a playlist/],
    ['text', Buffer.from('It was a dark and stormy night.\n'.repeat(300)), 'not-media', /text/],
    ['an image', Buffer.from('\x89PNG\r\n\x1a\n'.padEnd(200, '\0'), 'latin1'), 'not-media', /an image/],
    [
      'noise',
      Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255)),
      'not-media',
      /no recognisable/,
    ],
    ['one byte', Uint8Array.of(7), 'not-media', /no recognisable/],
    [
      'the beginning of Matroska',
      Buffer.from('1a45dfa3a3428681', 'hex'),
      'damaged-media',
      /begins like media/,
    ],
  ];
  for (const [name, bytes, type, sentence] of refused) {
    it(`refuses ${name}`, async () => {
      const problem = await problemOf(probeBytes(bytes));
      expect(problem.type).to.equal(type);
      expect(problem.message).to.match(sentence);
    });
  }

  it('tells a store that fails from a file that is broken', async () => {
    const flv = Buffer.concat([Buffer.from('FLV\x01\x05\0\0\0\x09', 'latin1'), Buffer.alloc(3_000_000)]);
    const source = fakeSource(flv);
    let reads = 0;
    const failing: Source = {
      ...source,
      read(object, range, abort) {
        if (reads++ > 0) throw sourceUnavailable();
        return source.read(
          object,
          { start: range.start, end: Math.min(range.end, range.start + 2 ** 16) },
          abort,
        );
      },
    };
    const problem = await problemOf(probeKey(failing, 'film.mp4'));
    expect(problem.type).to.equal('source-unavailable');
  });

  it('ends an analysis with its signal, and the program too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-probe-'));
    try {
      const sleeper = join(folder, 'ffprobe');
      await writeFile(sleeper, '#!/bin/sh\nexec /bin/sleep 1000\n');
      await chmod(sleeper, 0o755);
      const controller = new AbortController();
      const flv = Buffer.concat([Buffer.from('FLV\x01\x05\0\0\0\x09', 'latin1'), Buffer.alloc(1000)]);
      const probed = probeKey(fakeSource(flv), 'film.mp4', {
        ffprobePath: sleeper,
        signal: controller.signal,
      });
      const outcome = probed.catch((error: unknown) => error);
      while ((await descendantsNamed(process.pid, 'sleep')).length === 0)
        await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort(new Error('enough'));
      expect(await outcome).to.equal(controller.signal.reason);
      while ((await descendantsNamed(process.pid, 'sleep')).length > 0)
        await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('probe on real files', function () {
  this.timeout(30_000);
  before(function () {
    needs(this, 'corpus');
  });
  const source = directorySource(corpusDirectory);

  const broken: readonly [string, string][] = [
    ['broken/media__200kB-garbage-prefix.mp3', 'damaged-media'],
    ['broken/media__invalid-bitstream.webm', 'damaged-media'],
    ['broken/media__sample_malformed_free_box.mp4', 'damaged-media'],
    ['broken/media__sample_missing_stsd.mp4', 'damaged-media'],
    ['broken/mp4parse-rust__chunk_out_of_range.mp4', 'damaged-media'],
    ['broken/mutagen__emptyfile.mp3', 'not-media'],
    ['broken/mutagen__ooming-header.flac', 'damaged-media'],
    ['broken/mutagen__truncated-64bit.mp4', 'damaged-media'],
    ['broken/taglib__excessive_alloc.mp3', 'damaged-media'],
    ['broken/taglib__infloop.m4a', 'damaged-media'],
    ['fmp4/media__sample_fragmented_clearkey.mp4', 'encrypted'],
  ];
  for (const [key, type] of broken) {
    it(`${key}: ${type}`, async () => {
      expect((await problemOf(probeKey(source, key))).type).to.equal(type);
    });
  }

  const summary = ({ media, movie }: Probed) => ({
    container: media.container,
    isMovie: movie !== null,
    seconds: media.durationSeconds?.toFixed(2) ?? null,
    codecs: media.tracks.map(({ codec }) => codec).join('+'),
  });
  const foreign: readonly [string, ReturnType<typeof summary>][] = [
    ['legacy/lpms__test.flv', { container: 'flv', isMovie: false, seconds: '19.03', codecs: 'h264+aac' }],
    ['legacy/media__sample.avi', { container: 'avi', isMovie: false, seconds: '4.09', codecs: 'other+mp3' }],
    ['audio/media__sample_nb.amr', { container: 'amr', isMovie: false, seconds: '4.36', codecs: 'other' }],
    // Its service name makes the static ffprobe crash, unless it is denied iconv.
    [
      'ts/media__sample_h262_mpeg_audio.ts',
      { container: 'mpegts', isMovie: false, seconds: '0.11', codecs: 'other+other' },
    ],
    ['ts/mediabunny__0.ts', { container: 'mpegts', isMovie: false, seconds: '4.99', codecs: 'h264+aac' }],
    ['mp4/mediabunny__video.mp4', { container: 'mp4', isMovie: true, seconds: '5.06', codecs: 'h264+aac' }],
  ];
  for (const [key, expected] of foreign) {
    it(`${key}: ${expected.codecs}`, async () => {
      expect(summary(await probeKey(source, key))).to.deep.equal(expected);
    });
  }

  it('says which tracks can be repackaged', async () => {
    const { media, remuxObstacle } = await probeKey(source, 'mkv/media__sample_with_ass_subtitles.mkv');
    expect(media.tracks.map(({ index }) => remuxObstacle(index))).to.deep.equal([
      null,
      null,
      'subtitle tracks are not copied',
    ]);
    expect(remuxObstacle(9)).to.equal('there is no such track');
    const flac = await probeKey(source, 'audio/flac-test-file__01_-_changing_samplerate.flac');
    expect(flac.remuxObstacle(0)).to.equal('its length is unknown');
  });
});
