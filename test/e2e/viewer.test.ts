import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { corpusDirectory, has, needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode, uprightSize } from '../../testing/verify.ts';

const run = promisify(execFile);
const ffmpeg = (...args: string[]) => run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);

/** Red above, blue below on the left; green above, white below on the right. */
const QUARTERS =
  'color=red:s=160x90[a];color=lime:s=160x90[b];color=blue:s=160x90[c];color=white:s=160x90[d];' +
  '[a][b]hstack[t];[c][d]hstack[u];[t][u]vstack';
const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-t', '2', '-r', '25'];

describe('a transcode as a viewer expects it', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-viewer-'));
    service = await startService({ MEDIA_DIR: folder });
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      QUARTERS,
      ...TONE,
      ...H264,
      '-c:a',
      'aac',
      '-shortest',
      make('plain.mp4'),
    );
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  const make = (name: string) => join(folder, name);

  describe('turned and mirrored video is upright', () => {
    // The matrix of tkhd, its first two rows, in 16.16 fixed point; and the corners that a viewer sees,
    // clockwise.
    const CASES: [string, [number, number, number, number], { width: number; height: number }, string][] = [
      ['as it is', [1, 0, 0, 1], { width: 320, height: 180 }, 'red lime white blue'],
      ['a quarter to the right', [0, 1, -1, 0], { width: 180, height: 320 }, 'blue red lime white'],
      ['half a turn', [-1, 0, 0, -1], { width: 320, height: 180 }, 'white blue red lime'],
      ['a quarter to the left', [0, -1, 1, 0], { width: 180, height: 320 }, 'lime white blue red'],
      ['mirrored', [-1, 0, 0, 1], { width: 320, height: 180 }, 'lime red blue white'],
      ['upside down', [1, 0, 0, -1], { width: 320, height: 180 }, 'blue white lime red'],
      [
        'mirrored and a quarter to the right',
        [0, -1, -1, 0],
        { width: 180, height: 320 },
        'white lime red blue',
      ],
      [
        'mirrored and a quarter to the left',
        [0, 1, 1, 0],
        { width: 180, height: 320 },
        'red blue white lime',
      ],
    ];
    for (const [what, matrix, size, corners] of CASES) {
      it(what, async () => {
        await writeFile(make('turned.mp4'), withMatrix(await readFile(make('plain.mp4')), matrix));
        const output = await stream('turned.mp4?format=mp4&bitrate=500k');
        expect(await uprightSize(output)).to.deep.equal(size);
        expect(await displayMatrix(output), 'no second turn').to.equal('');
        expect(await cornersOf(output)).to.equal(corners);
      });
    }
  });

  it('non-square pixels become square', async () => {
    await ffmpeg('-i', make('plain.mp4'), '-vf', 'scale=240:180,setsar=16/9', ...H264, make('wide.mkv'));
    const output = await stream('wide.mkv?height=90');
    expect(await uprightSize(output)).to.deep.equal({ width: 214, height: 90 });
    expect(await probe(output, 'stream=sample_aspect_ratio', 'V:0')).to.equal('1:1');
  });

  it('odd sizes become even', async () => {
    await ffmpeg('-i', make('plain.mp4'), '-vf', 'scale=321:179,setsar=1', '-c:v', 'ffv1', make('odd.mkv'));
    expect(await uprightSize(await stream('odd.mkv'))).to.deep.equal({ width: 320, height: 178 });
  });

  it('interlaced video loses its combs', async () => {
    const moving = 'testsrc2=s=320x240:r=50,scroll=h=0.02,interlace';
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      moving,
      '-t',
      '2',
      '-c:v',
      'mpeg2video',
      '-flags',
      '+ilme+ildct',
      '-b:v',
      '4M',
      make('fields.ts'),
    );
    const output = await stream('fields.ts');
    expect(await combedFrames(make('fields.ts')), 'the source has them').to.be.above(10);
    expect(await combedFrames(output)).to.equal(0);
  });

  it('5.1 becomes stereo, mono stays', async () => {
    await ffmpeg(...TONE, '-af', 'pan=5.1|c0=c0|c1=c0|c2=c0', '-t', '2', '-c:a', 'ac3', make('surround.mkv'));
    await ffmpeg(...TONE, '-ac', '1', '-t', '2', '-c:a', 'ac3', make('mono.mkv'));
    expect(await probe(await stream('surround.mkv'), 'stream=channels', 'a:0')).to.equal('2');
    expect(await probe(await stream('mono.mkv'), 'stream=channels', 'a:0')).to.equal('1');
  });

  it('audio that begins late stays late, within 50 ms', async () => {
    await ffmpeg(
      '-i',
      make('plain.mp4'),
      '-itsoffset',
      '0.8',
      ...TONE,
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-c:v',
      'copy',
      '-c:a',
      'ac3',
      '-t',
      '2',
      make('late.mkv'),
    );
    const output = await stream('late.mkv?height=90');
    const video = Number(await probe(output, 'stream=start_time', 'V:0'));
    expect((await audioBegins(output)) - video).to.be.closeTo(0.8, 0.05);
    expect(await audioBegins(await stream('late.mkv?format=wav'))).to.be.closeTo(0.8, 0.05);
  });

  it('the GPS position is removed from every kind of answer', async () => {
    const place = [
      '-metadata',
      'location=+48.8577+002.2950/',
      '-metadata',
      'location-eng=+48.8577+002.2950/',
    ];
    await ffmpeg(
      '-i',
      make('plain.mp4'),
      '-c',
      'copy',
      ...place,
      '-movflags',
      '+use_metadata_tags',
      make('end.mp4'),
    );
    await ffmpeg(
      '-i',
      make('plain.mp4'),
      '-c',
      'copy',
      ...place,
      '-movflags',
      '+faststart+use_metadata_tags',
      make('front.mp4'),
    );
    await ffmpeg('-i', make('plain.mp4'), '-c', 'copy', ...place, make('quick.mov'));
    for (const path of ['end.mp4', 'front.mp4', 'quick.mov', 'end.mp4?height=90', 'end.mp4?format=mp3']) {
      expect(
        (await readFile(make(path.split('?')[0] ?? ''))).includes('+48.8577'),
        'the source has it',
      ).to.equal(true);
      expect((await readFile(await stream(path))).includes('+48.8577'), path).to.equal(false);
    }
  });

  it('a part starts and lasts as asked', async () => {
    const output = await stream('plain.mp4?start=0.5&duration=1');
    expect((await decode(output)).seconds).to.be.closeTo(1, 0.05);
  });

  const FORMATS: [string, string, string][] = [
    ['mp4&height=90', 'mov,mp4,m4a,3gp,3g2,mj2', 'h264 aac'],
    ['webm&height=90', 'matroska,webm', 'vp9 opus'],
    ['webm&height=90&accept=vp8', 'matroska,webm', 'vp8 opus'],
    ['mp3', 'mp3', 'mp3'],
    ['aac', 'aac', 'aac'],
    ['opus', 'ogg', 'opus'],
    ['flac', 'flac', 'flac'],
    ['wav', 'wav', 'pcm_s16le'],
  ];
  for (const [format, container, codecs] of FORMATS) {
    it(`format=${format}`, async () => {
      const output = await stream(`plain.mp4?format=${format}`);
      expect(await probe(output, 'format=format_name')).to.equal(container);
      expect((await probe(output, 'stream=codec_name')).split('\n').join(' ')).to.equal(codecs);
      const { complaints, seconds } = await decode(output);
      expect(complaints).to.equal('');
      expect(seconds).to.be.closeTo(2, 0.1);
    });
  }

  it('one of several audio tracks', async function () {
    if (!has('corpus')) this.skip();
    const key = 'nasa.mp4';
    await writeFile(make(key), await readFile(join(corpusDirectory, 'mp4/torchcodec__nasa_13013.mp4')));
    expect(await probe(await stream(`${key}?audio=1`), 'stream=sample_rate', 'a:0')).to.equal('16000');
    expect(await probe(await stream(`${key}?audio=0&format=wav`), 'stream=sample_rate', 'a:0')).to.equal(
      '8000',
    );
  });

  async function stream(path: string): Promise<string> {
    const response = await fetch(`${service.url}/stream/${path}`);
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.status, body.toString().slice(0, 300)).to.equal(200);
    await writeFile(make('output'), body);
    return make('output');
  }
});

/** Replaces the matrix of the first track. */
function withMatrix(file: Buffer, [a, b, c, d]: [number, number, number, number]): Buffer {
  const turned = Buffer.from(file);
  const at = turned.indexOf('tkhd') + 4 + 40;
  for (const [i, value] of [a, b, 0, c, d, 0].entries()) turned.writeInt32BE(value * 65_536, at + i * 4);
  return turned;
}

async function probe(path: string, entries: string, streams?: string): Promise<string> {
  const selection = streams === undefined ? [] : ['-select_streams', streams];
  const args = ['-v', 'error', ...selection, '-show_entries', entries, '-of', 'default=nk=1:nw=1', path];
  return (await run('/usr/bin/ffprobe', args)).stdout.trim();
}

const displayMatrix = (path: string) => probe(path, 'stream_side_data=rotation', 'V:0');

/** The colours of the four corners, clockwise from the upper left. */
async function cornersOf(path: string): Promise<string> {
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-frames:v',
    '1',
    '-vf',
    'scale=4:4',
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    '-',
  ];
  const { stdout } = await run('/usr/bin/ffmpeg', args, { encoding: 'buffer' });
  const colour = (x: number, y: number) => {
    const [r = 0, g = 0, b = 0] = stdout
      .subarray((y * 4 + x) * 3, (y * 4 + x) * 3 + 3)
      .map((value) => (value > 128 ? 1 : 0));
    return (
      ({ '100': 'red', '010': 'lime', '001': 'blue', '111': 'white' } as Record<string, string>)[
        `${r}${g}${b}`
      ] ?? 'other'
    );
  };
  return [colour(0, 0), colour(3, 0), colour(3, 3), colour(0, 3)].join(' ');
}

/** Counts frames that ffmpeg's idet filter takes for interlaced. */
async function combedFrames(path: string): Promise<number> {
  const { stderr } = await run('/usr/bin/ffmpeg', ['-i', path, '-vf', 'idet', '-an', '-f', 'null', '-']);
  const [, top, bottom] = /Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+)/.exec(stderr) ?? [];
  return Number(top) + Number(bottom);
}

/**
 * Returns when something is heard for the first time, in seconds of the file, after silence that was put
 * before it.
 */
async function audioBegins(path: string): Promise<number> {
  const filter = 'silencedetect=noise=-40dB:duration=0.1';
  const { stderr } = await run('/usr/bin/ffmpeg', [
    '-i',
    path,
    '-map',
    '0:a',
    '-af',
    filter,
    '-f',
    'null',
    '-',
  ]);
  const [, start, end] = /silence_start: (\S+)[\s\S]*?silence_end: (\S+)/.exec(stderr) ?? [];
  const first = Number(await probe(path, 'stream=start_time', 'a:0')) || 0;
  return start !== undefined && Number(start) <= first + 0.1 ? Number(end) : first;
}
