import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import {
  ALL_FORMATS,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  Input,
  MkvOutputFormat,
  Output,
  TextSubtitleSource,
} from 'mediabunny';
import type { SubtitleTrack } from '../../functions/stream/media/model/media.ts';
import { probe } from '../../functions/stream/media/probe/probe.ts';
import { readTextTrack } from '../../functions/stream/media/text-track.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { sparseAccess } from '../../functions/stream/source/sparse-access.ts';
import { needs } from '../../testing/needs.ts';
import { cueStartSeconds, makeSparseMatroska, SPARSE_CUES } from '../../testing/sparse-matroska.ts';
import { ffmpeg } from '../../testing/verify.ts';

const CUES = 100;
const SECONDS = 300;

/** Name, how ffmpeg writes it, and what its text is like. */
const FILES: readonly (readonly [name: string, codec: string, styled: boolean])[] = [
  ['srt.mkv', 'srt', true],
  ['ass.mkv', 'ass', true],
  ['webvtt.webm', 'webvtt', true],
  ['tx3g.mp4', 'mov_text', false],
];

describe('the text track of', function () {
  this.timeout(60_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-text-'));
    await writeFile(join(folder, 'cues.srt'), srt());
    const video = ['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=10:d=${SECONDS}`];
    const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '20', '-pix_fmt', 'yuv420p'];
    await ffmpeg(...video, ...h264, join(folder, 'film.mp4'));
    const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '200k'];
    for (const [name, codec] of FILES) {
      const film = name.endsWith('webm') ? vp8 : ['-c:v', 'copy'];
      const inputs = ['-i', join(folder, 'film.mp4'), '-i', join(folder, 'cues.srt')];
      await ffmpeg(...inputs, '-map', '0', '-map', '1', ...film, '-c:s', codec, join(folder, name));
    }
    // Live muxing writes no index.
    const live = ['-map', '0', '-c', 'copy', '-live', '1'];
    await ffmpeg('-i', join(folder, 'srt.mkv'), ...live, join(folder, 'without an index.mkv'));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const [name, , styled] of FILES) {
    it(`${name} is read by its index: every cue at its time, and a hundredth of the file`, async () => {
      const { cues, skipped, bytes, whole } = await read(join(folder, name));
      const text = (i: number) => (styled ? `<i>Cue</i> ${i} &amp; more` : `Cue ${i} &amp; more`);
      expect(cues).to.deep.equal(
        Array.from({ length: CUES }, (_, i) => ({
          ...{ startSeconds: i * 3 + 0.5, endSeconds: i * 3 + 2, settings: '' },
          text: text(i),
        })),
      );
      expect([skipped, whole]).to.deep.equal([0, 0]);
      const { size } = await stat(join(folder, name));
      console.log(`      ${bytes} of ${size} bytes`);
      expect(bytes).to.be.below(Math.max(size / 50, 200_000));
    });
  }

  it('2 GB of Matroska takes a share of them by its index, and one look at all of them without', async () => {
    for (const [name, hasTextCues] of [
      ['with cues.mkv', true],
      ['without cues.mkv', false],
    ] as const) {
      const path = join(folder, name);
      await makeSparseMatroska(folder, name, hasTextCues);
      const { cues, bytes, whole } = await read(path);
      const { size } = await stat(path);
      await rm(path);
      const all = bytes + whole * size;
      console.log(`      ${name}: ${all} of ${size} bytes, ${((100 * all) / size).toFixed(3)} %`);
      expect(cues.map(({ startSeconds, text }) => [startSeconds, text])).to.deep.equal(
        Array.from({ length: SPARSE_CUES }, (_, i) => [cueStartSeconds(i), `Cue ${i}`]),
      );
      expect(size).to.be.above(2 * 10 ** 9);
      expect(whole).to.equal(hasTextCues ? 0 : 1);
      if (hasTextCues) expect(all).to.be.below(size / 100);
    }
  });

  it('WebVTT in a Matroska of mediabunny keeps where its cues stand', async () => {
    const output = new Output({ format: new MkvOutputFormat(), target: new BufferTarget() });
    const source = new TextSubtitleSource('webvtt');
    const film = new EncodedVideoPacketSource('avc');
    output.addVideoTrack(film);
    output.addSubtitleTrack(source);
    await output.start();
    const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(join(folder, 'film.mp4')) });
    const track = await input.getPrimaryVideoTrack();
    const frame = track && (await new EncodedPacketSink(track).getFirstPacket());
    const decoderConfig = await track?.getDecoderConfig();
    if (!frame || !decoderConfig) throw new Error('There is no video.');
    await film.add(frame, { decoderConfig });
    const cue = (at: number, settings: string) =>
      `\n00:0${at}.000 --> 00:0${at + 1}.000 ${settings}\nAt ${at}\n`;
    const settings = ['line:10%,start position:20% align:start', '', 'size:40% region:left vertical:rl'];
    await source.add(`WEBVTT\n\nNOTE about it\n${settings.map((text, i) => cue(2 * i, text)).join('')}`);
    await output.finalize();
    const path = join(folder, 'webvtt.mkv');
    await writeFile(path, Buffer.from(output.target.buffer ?? new ArrayBuffer()));
    const { cues, skipped } = await read(path);
    expect(cues.map(({ text, settings }) => [text, settings])).to.deep.equal([
      ['At 0', 'line:10%,start position:20% align:start'],
      ['At 2', ''],
      ['At 4', 'size:40% vertical:rl'],
    ]);
    expect(skipped).to.equal(0);
  });

  it('a Matroska without an index is read once as a whole', async () => {
    const { cues, whole } = await read(join(folder, 'without an index.mkv'));
    expect(cues.map(({ startSeconds }) => startSeconds)).to.deep.equal(
      Array.from({ length: CUES }, (_, i) => i * 3 + 0.5),
    );
    expect(whole).to.equal(1);
  });
});

async function read(path: string) {
  const { signal } = new AbortController();
  const source = directorySource(dirname(path));
  const object = await source.stat(basename(path), signal);
  const file = cachedAccess(source, object, signal, { cache: createBlockCache() });
  const probed = await probe({ file, object, ffprobePath: '/nonexistent', signal });
  const track = probed.media.tracks.find((each): each is SubtitleTrack => each.kind === 'subtitle');
  if (track === undefined) throw new Error('There is no subtitle track.');
  let [bytes, whole] = [0, 0];
  const plain = sparseAccess(source, object, signal);
  const sparse = {
    ...plain,
    async read(start: number, end: number) {
      const read = await plain.read(start, end);
      bytes += read.length;
      return read;
    },
  };
  const parsed = await readTextTrack({
    ...{ probed, track, sparse },
    whole: async () => {
      whole++;
      return createReadStream(path, { highWaterMark: 2 ** 22 });
    },
  });
  // Times of Matroska are whole milliseconds.
  const rounded = (seconds: number) => Math.round(seconds * 1000) / 1000;
  const cues = parsed.cues.map((cue) => ({
    ...cue,
    startSeconds: rounded(cue.startSeconds),
    endSeconds: rounded(cue.endSeconds),
  }));
  return { cues, skipped: parsed.skipped, bytes, whole };
}

function srt(): string {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 23).replace('.', ',');
  return Array.from({ length: CUES }, (_, i) => {
    const start = i * 3 + 0.5;
    return `${i + 1}\n${time(start)} --> ${time(start + 1.5)}\n<i>Cue</i> ${i} & more\n\n`;
  }).join('');
}
