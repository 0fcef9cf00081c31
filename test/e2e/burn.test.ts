import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg, ffmpegOutput } from '../../testing/verify.ts';

const FONTS = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const [WIDTH, HEIGHT, RATE, SECONDS] = [320, 180, 25, 3];

/** One cue that is shown from 1 s to 2 s, in frames `[25, 50)`. */
const srt = (text: string) => `1\n00:00:01,000 --> 00:00:02,000\n${text}\n`;

const ass = (dialogues: readonly string[]) => `[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Bold, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Sans Mono,40,&H0000FF00,&H00000000,0,1,0,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
${dialogues.map((dialogue) => `Dialogue: 0,${dialogue}\n`).join('')}`;

const STYLED = ass([
  '0:00:00.36,0:00:00.84,Default,,0,0,0,,{\\an5\\pos(160,90)\\1c&H0000FF&}HHH',
  '0:00:01.00,0:00:02.00,Default,,0,0,0,,iiiiiiiiii',
]);

/** Lines of a font of the film that lacks Cyrillic. */
const lacking = (text: string) =>
  ass([`0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\fnDejaVu Math TeX Gyre}${text}`]);

const vtt = (text: string) => `WEBVTT\n\n00:01.000 --> 00:02.000\n${text}`;

/** Letters in the order in which they are to stand, from the left (U+202D). */
const fromLeft = (letters: string) => `\u202d${letters}\u202c`;

/** Text that runs from the right: as it is written, and as it is to be seen. */
const FROM_RIGHT = {
  hebrew: { written: 'שלום', seen: fromLeft('םולש'), wrong: fromLeft('שלום') },
  // The forms that the letters have at the beginning, in the middle and at the end of a word.
  arabic: { written: 'ببب', seen: fromLeft('\ufe90\ufe92\ufe91'), wrong: fromLeft('\ufe91\ufe92\ufe90') },
} as const;

const NASTY = `it's {\\fs90}[x]: C:\\new\\N,'%{pts}';"\\\\`;

describe('burn', function () {
  this.timeout(120_000);
  let folder: string;
  let media: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-burn-'));
    media = join(folder, 'media');
    await mkdir(media);
    const own = join(folder, 'film');
    await writeFile(`${own}.srt`, srt('Inside'));
    await writeFile(`${own}.ass`, STYLED);
    await writeFile(`${own}.zhe.ass`, lacking('Жжж'));
    await writeFile(`${own}.yu.ass`, lacking('Ююю'));
    const black = ['-f', 'lavfi', '-i', `color=black:s=${WIDTH}x${HEIGHT}:r=${RATE}:d=${SECONDS}`];
    const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:s', 'copy'];
    const attached = ['DejaVuSansMono.ttf', 'DejaVuMathTeXGyre.ttf'];
    const fonts = attached.flatMap((name) => ['-attach', join(FONTS, name)]);
    const texts = [`${own}.srt`, `${own}.ass`, `${own}.zhe.ass`, `${own}.yu.ass`];
    await ffmpeg(
      ...[...black, ...texts.flatMap((path) => ['-i', path])],
      ...['-map', '0', ...texts.flatMap((_, i) => ['-map', `${i + 1}`])],
      ...[...h264, ...fonts, '-metadata:s:t', 'mimetype=font/ttf', join(media, 'film.mkv')],
    );
    await writeFile(join(media, 'film.en.srt'), srt('Beside'));
    await writeFile(join(media, 'film.nasty.vtt'), vtt(NASTY));
    for (const [name, texts] of Object.entries(FROM_RIGHT)) {
      for (const [way, text] of Object.entries(texts))
        await writeFile(join(media, `film.${name}-${way}.vtt`), vtt(text));
    }
    await writeFile(join(media, 'film.zhe.srt'), srt('Жжж'));
    await writeFile(join(media, 'film.yu.srt'), srt('Ююю'));
    await writeFile(join(media, 'film.ar.vtt'), `WEBVTT\n\n00:01.000 --> 00:02.000 line:0\nبببب`);
    await writeFile(join(media, 'film.fa.vtt'), `WEBVTT\n\n00:01.000 --> 00:02.000 line:0\nمممم`);
    await writeFile(join(media, 'film.styled.ass'), STYLED);
    await writeFile(join(media, 'film.plain.ass'), STYLED.replace(/\[V4\+ Styles\][^[]*/, ''));
    await writeFile(join(media, 'film.long.srt'), Buffer.alloc(10_000_001, 'x'));
    const turned = ['-map', '0:v', '-c', 'copy', '-metadata:s:v', 'rotate=90', join(media, 'turned.mp4')];
    await ffmpeg('-i', join(media, 'film.mkv'), ...turned);
    await writeFile(join(media, 'turned.srt'), srt('Turned'));
    service = await startService({ MEDIA_DIR: media, DERIVED_DIR: join(folder, 'derived') });
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const get = async (address: string) => {
    const response = await fetch(service.url + address);
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body };
  };
  const frames = async (address: string, size: Size = { width: WIDTH, height: HEIGHT }) => {
    const { status, body } = await get(address);
    expect(status, body.toString('utf8', 0, 300)).to.equal(200);
    return decoded(body, size);
  };
  const decoded = async (bytes: Uint8Array, { width, height }: Size) => {
    const path = join(folder, 'answer');
    await writeFile(path, bytes);
    const raw = await ffmpegOutput('-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1');
    const size = width * height * 3;
    expect(raw.length % size).to.equal(0);
    return Array.from({ length: raw.length / size }, (_, i) =>
      inkOf(raw.subarray(i * size, (i + 1) * size), width),
    );
  };

  it('draws a track of the file while its cue lasts, and at no other time', async () => {
    const { headers } = await get('/stream/film.mkv?burn=track-1');
    expect(headers.get('sluice-plan')).to.match(
      /^transcode; .*video=h264:180; reason="burn=track-1 was asked/,
    );
    const shown = await frames('/stream/film.mkv?burn=track-1');
    expect(shown.length).to.equal(SECONDS * RATE);
    expect(drawnOf(shown)).to.deep.equal(range(25, 50));
    const ink = shown[30];
    // White letters in the middle of the lowest third.
    expect(ink?.colour).to.deep.equal([true, true, true]);
    expect(ink?.top).to.be.above(HEIGHT * 0.7);
    expect(((ink?.left ?? 0) + (ink?.right ?? 0)) / 2).to.be.closeTo(WIDTH / 2, 3);
  });

  it('keeps colours and places of ASS, with the font that is attached to the film', async () => {
    const shown = await frames('/stream/film.mkv?burn=track-2');
    expect(drawnOf(shown)).to.deep.equal([...range(9, 21), ...range(25, 50)]);
    const [placed, wide] = [shown[15], shown[30]];
    expect(placed?.colour).to.deep.equal([true, false, false]);
    expect(((placed?.left ?? 0) + (placed?.right ?? 0)) / 2).to.be.closeTo(80, 3);
    expect(((placed?.top ?? 0) + (placed?.bottom ?? 0)) / 2).to.be.closeTo(45, 6);
    expect(wide?.colour).to.deep.equal([false, true, false]);
    // The same script without the font: another one takes its place, in which an i is narrow.
    const narrow = (await frames('/stream/film.mkv?burn=file-styled'))[30];
    expect(widthOf(wide)).to.be.above(1.5 * widthOf(narrow));
    // Nor does a script need styles.
    expect(drawnOf(await frames('/stream/film.mkv?burn=file-plain'))).to.deep.equal(drawnOf(shown));
  });

  it('draws a file beside the film, and another version of it anew', async () => {
    const address = '/stream/film.mkv?burn=file-en';
    const { headers } = await get(address);
    expect(drawnOf(await frames(address))).to.deep.equal(range(25, 50));
    await writeFile(join(media, 'film.en.srt'), srt('Beside, once more').replace(',000 -->', ',400 -->'));
    const again = await get(address);
    expect(again.headers.get('etag')).not.to.equal(headers.get('etag'));
    expect(drawnOf(await frames(address))).to.deep.equal(range(35, 50));
  });

  it('draws text that means something to filters and to ASS', async () => {
    const inks = await frames('/stream/film.mkv?burn=file-nasty');
    expect(drawnOf(inks)).to.deep.equal(range(25, 50));
    // All of it on one line, in letters of the usual size.
    const usual = (await frames('/stream/film.mkv?burn=file-zhe'))[30];
    expect(heightOf(inks[30])).to.be.within(heightOf(usual), 2 * heightOf(usual));
    expect(widthOf(inks[30])).to.be.above(4 * widthOf(usual));
  });

  const pixels = async (id: string) => {
    const inks = await frames(`/stream/film.mkv?burn=${id}`);
    expect(drawnOf(inks), id).to.deep.equal(range(25, 50));
    return inks[30]?.pixels.join();
  };

  it('has letters of other scripts, and no two that look alike', async () => {
    expect(await pixels('file-zhe')).not.to.equal(await pixels('file-yu'));
    expect(await pixels('file-ar')).not.to.equal(await pixels('file-fa'));
    const missing = service.logs.filter((line) => 'text' in line && /Glyph 0x/.test(String(line.text)));
    expect(missing).to.deep.equal([]);
  });

  it('has letters that the font of the film lacks', async () => {
    expect(await pixels('track-3')).not.to.equal(await pixels('track-4'));
  });

  for (const name of Object.keys(FROM_RIGHT)) {
    it(`lets ${name} run from the right, in letters that join as they do`, async () => {
      const seen = await pixels(`file-${name}-seen`);
      expect(await pixels(`file-${name}-written`)).to.equal(seen);
      expect(await pixels(`file-${name}-wrong`)).not.to.equal(seen);
    });
  }

  it('draws it at its time in a clip, at another speed, and in another size', async () => {
    const clip = await frames('/stream/film.mkv?burn=track-1&start=1.4&duration=1');
    expect(drawnOf(clip)).to.deep.equal(range(0, 15));
    const fast = await frames('/stream/film.mkv?burn=track-1&speed=2');
    expect(drawnOf(fast)).to.deep.equal(range(25, 50));
    const small = await frames('/stream/film.mkv?burn=track-1&height=90', { width: 160, height: 90 });
    expect(drawnOf(small)).to.deep.equal(range(25, 50));
    expect(small[30]?.top).to.be.above(90 * 0.7);
  });

  it('draws it at the bottom of upright video', async () => {
    const [width, height] = [HEIGHT, WIDTH];
    const shown = await frames('/stream/turned.mp4?burn=file', { width, height });
    expect(drawnOf(shown)).to.deep.equal(range(25, 50));
    expect(shown[30]?.top).to.be.above(height * 0.8);
    expect(((shown[30]?.left ?? 0) + (shown[30]?.right ?? 0)) / 2).to.be.closeTo(width / 2, 3);
  });

  it('draws it into an export, and into WebM', async () => {
    const { file } = await exportOf(service, '/export/film.mkv?burn=track-1&start=0.4');
    const size = { width: WIDTH, height: HEIGHT };
    expect(drawnOf(await decoded(file, size))).to.deep.equal(range(15, 40));
    const webm = await frames('/stream/film.mkv?burn=track-1&format=webm');
    expect(drawnOf(webm)).to.deep.equal(range(25, 50));
  });

  it('says what it cannot draw', async () => {
    const rows: readonly (readonly [address: string, status: number, sentence: RegExp])[] = [
      [
        '/stream/film.mkv?burn=track-7',
        400,
        /"burn\\" names no subtitles of this file: there is track-1, track-2/,
      ],
      ['/hls/film.mkv/master.m3u8?burn=track-1', 400, /Unknown parameter \\"burn\\"/],
      ['/stream/film.mkv?burn=file-long', 413, /more than 10,000,000 bytes/],
    ];
    for (const [address, status, sentence] of rows) {
      const answer = await get(address);
      expect([address, answer.status]).to.deep.equal([address, status]);
      expect(answer.body.toString()).to.match(sentence);
    }
  });
});

type Size = { readonly width: number; readonly height: number };

type Ink = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Which of red, green and blue its brightest pixel has. */
  readonly colour: readonly boolean[];
  /** Where something is drawn, from the first of these pixels on. */
  readonly pixels: readonly number[];
};

/** Returns what is drawn on a black frame; null for nothing. */
function inkOf(rgb: Uint8Array, width: number): Ink | null {
  const pixels: number[] = [];
  let brightest = 0;
  const sum = (at: number) => (rgb[3 * at] ?? 0) + (rgb[3 * at + 1] ?? 0) + (rgb[3 * at + 2] ?? 0);
  for (let at = 0; at < rgb.length / 3; at++) {
    if (sum(at) > 120) pixels.push(at);
    if (sum(at) > sum(brightest)) brightest = at;
  }
  const [first] = pixels;
  if (first === undefined) return null;
  const columns = pixels.map((at) => at % width);
  const rows = pixels.map((at) => Math.floor(at / width));
  return {
    left: Math.min(...columns),
    right: Math.max(...columns),
    top: Math.min(...rows),
    bottom: Math.max(...rows),
    colour: [...rgb.subarray(3 * brightest, 3 * brightest + 3)].map((value) => value > 128),
    pixels: pixels.map((at) => at - first),
  };
}

function drawnOf(inks: readonly (Ink | null)[]): number[] {
  return inks.flatMap((ink, i) => (ink === null ? [] : [i]));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const widthOf = (ink: Ink | null | undefined) => (ink ? ink.right - ink.left : 0);
const heightOf = (ink: Ink | null | undefined) => (ink ? ink.bottom - ink.top : 0);
