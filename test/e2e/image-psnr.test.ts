import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpegOutput } from '../../testing/verify.ts';

const run = promisify(execFile);

type Film = {
  readonly path: string;
  readonly kind: string;
  /** Upright, of square pixels. */
  readonly size: string;
  /** How ffmpeg is to read its samples. */
  readonly matrix: 'bt709' | 'bt601';
  readonly range?: 'pc';
  readonly isHdr?: boolean;
  /** Where ffmpeg's clock shows the zero of players, if that is not its start. */
  readonly zeroSeconds?: number;
};

const FILMS: readonly Film[] = [
  { path: 'mp4/big-buck-bunny__bbb-480p-30s.mp4', kind: 'H.264', size: '854x480', matrix: 'bt601' },
  { path: 'fmp4/web-platform-t__test.mp4', kind: 'fragmented', size: '400x300', matrix: 'bt601' },
  // Players take the edit list of a fragmented file, which ffmpeg leaves out.
  {
    path: 'mp4/mediabunny__rotate-buck-bunny.mp4',
    kind: 'rotated',
    size: '1080x1920',
    matrix: 'bt709',
    zeroSeconds: 0.083333,
  },
  {
    path: 'mp4/media__hlg10-color-test.mp4',
    kind: 'HDR (HLG)',
    size: '1920x1080',
    matrix: 'bt709',
    isHdr: true,
  },
  {
    path: 'mp4/mediabunny__video-h265.mp4',
    kind: 'HEVC, full',
    size: '1920x1080',
    matrix: 'bt601',
    range: 'pc',
  },
  {
    path: 'mp4/media__bbb_800x640_768kbps_30fps_vp9.mp4',
    kind: 'VP9, 64:45',
    size: '1138x640',
    matrix: 'bt601',
  },
  { path: 'mkv/torchcodec__av1_video.mkv', kind: 'AV1, Matroska', size: '640x360', matrix: 'bt709' },
  { path: 'mp4/media__sample_av1.mp4', kind: 'AV1', size: '1080x720', matrix: 'bt709' },
  { path: 'ts/mediabunny__0.ts', kind: 'MPEG-TS, HDR', size: '720x720', matrix: 'bt709', isHdr: true },
  { path: 'mp4/mediabunny__cursed-vfr.mp4', kind: 'variable rate', size: '3026x1386', matrix: 'bt709' },
  { path: 'legacy/lpms__test.flv', kind: 'FLV', size: '640x360', matrix: 'bt601' },
  { path: 'legacy/media__sample.avi', kind: 'MPEG-4, AVI', size: '960x400', matrix: 'bt601' },
  { path: 'webm/media__bbb_642x642_768kbps_30fps_vp9.webm', kind: 'WebM', size: '642x642', matrix: 'bt601' },
  { path: 'mp4/torchcodec__h264_10bits.mp4', kind: '10 bit', size: '200x200', matrix: 'bt601' },
];

/** How each format is read again, and the least PSNR in decibels that it has at quality 95. */
const FORMATS = {
  png: { least: 50, read: 'format=rgb24' },
  jpeg: {
    least: 33,
    read: 'scale=in_color_matrix=bt601:in_range=pc:flags=accurate_rnd+full_chroma_int,format=rgb24',
  },
  webp: {
    least: 33,
    read: 'scale=in_color_matrix=bt601:in_range=tv:flags=accurate_rnd+full_chroma_int,format=rgb24',
  },
} as const;

/** The tones of HDR are mapped in floating point, by libraries of different years. */
const LEAST_HDR = 34;

/** Of 255, in the mean colour of the middle. */
const MOST_OFF = 3;

describe('frames as images, against one pass of ffmpeg', function () {
  this.timeout(120_000);
  let service: Service;
  const rows: string[] = [];

  before(async function () {
    needs(this, 'ffmpeg', 'corpus');
    service = await startService({ MEDIA_DIR: corpusDirectory });
  });
  after(async () => {
    await service?.close();
    const head = [
      'file',
      'size',
      't',
      'PNG dB',
      'next frames dB',
      'JPEG dB',
      'WebP dB',
      'middle',
      'of ffmpeg',
    ];
    console.log([head, head.map(() => '---')].map((cells) => `      | ${cells.join(' | ')} |`).join('\n'));
    for (const row of rows) console.log(`      | ${row} |`);
  });

  for (const film of FILMS) {
    it(`are the same: ${film.kind} (${film.path})`, async () => {
      const path = join(corpusDirectory, film.path);
      const [width = 0, height = 0] = film.size.split('x').map(Number);
      const times = await frameTimes(path, film.zeroSeconds);
      const chosen = Math.floor(times.length * 0.55);
      const [at = 0, next = 0] = times.slice(chosen, chosen + 2);
      const t = (at + 0.4 * (next - at)).toFixed(3);
      const reference = await onePass(film, path, chosen);
      const size = 3 * width * height;
      expect(reference.length, 'three frames of this size').to.equal(3 * size);
      const [before, wanted, after] = [0, 1, 2].map((i) => reference.subarray(i * size, (i + 1) * size));
      if (!before || !wanted || !after) throw new Error('There are no three frames.');

      const found: Record<string, number> = {};
      let middle: number[] = [];
      for (const [format, { read, least }] of Object.entries(FORMATS)) {
        const quality = format === 'png' ? '' : '&quality=95';
        const response = await fetch(`${service.url}/image/${film.path}?t=${t}&format=${format}${quality}`);
        expect([response.status, response.headers.get('content-type')]).to.deep.equal([
          200,
          `image/${format}`,
        ]);
        const pixels = await pixelsOf(Buffer.from(await response.arrayBuffer()), read);
        expect(pixels.length, `${format} of ${film.size}`).to.equal(size);
        found[format] = psnr(pixels, wanted);
        expect(found[format], `${format} of frame ${chosen}`).to.be.at.least(film.isHdr ? LEAST_HDR : least);
        if (format !== 'png') continue;
        middle = meanOfMiddle(pixels, width, height);
        found.others = Math.max(psnr(pixels, before), psnr(pixels, after));
        // Frames that differ from their neighbours at all are told from them.
        const alike = Math.max(psnr(wanted, before), psnr(wanted, after));
        if (alike < Number.POSITIVE_INFINITY) expect(found.png).to.be.above(found.others);
      }
      const truth = meanOfMiddle(wanted, width, height);
      const decibels = ['png', 'others', 'jpeg', 'webp'].map((name) => found[name]?.toFixed(1));
      const colours = [middle, truth].map((colour) => colour.map(Math.round).join(' '));
      rows.push([`${film.kind}: ${film.path}`, film.size, t, ...decibels, ...colours].join(' | '));
      const off = truth.map((value, i) => Math.abs(value - (middle[i] ?? 0)));
      expect(Math.max(...off), 'the colour of the middle').to.be.at.most(MOST_OFF);
    });
  }
});

/** Seconds from the presentation's zero at which each frame of the film is shown, by a decode of all of them. */
async function frameTimes(path: string, zeroSeconds?: number): Promise<number[]> {
  const probe = async (...args: string[]) => {
    const { stdout } = await run('/usr/bin/ffprobe', ['-v', 'error', ...args, '-of', 'csv=p=0', path], LARGE);
    return stdout.split('\n').map((line) => Number.parseFloat(line));
  };
  const zero = zeroSeconds ?? (await probe('-show_entries', 'format=start_time'))[0] ?? 0;
  const times = await probe('-select_streams', 'V:0', '-show_entries', 'frame=pts_time');
  return times.filter(Number.isFinite).map((time) => time - zero);
}

const LARGE = { maxBuffer: 64 * 1024 * 1024 };

/** Returns a frame and its neighbours as RGB, out of one pass through the whole film. */
function onePass({ size, matrix, range, isHdr }: Film, path: string, frame: number) {
  const toRgb = `in_color_matrix=${matrix}:in_range=${range ?? 'tv'}:flags=bicubic+accurate_rnd+full_chroma_int`;
  const filters = [
    `select='between(n,${frame - 1},${frame + 1})'`,
    ...(isHdr ? TONE_MAP : []),
    `scale=${size.replace('x', ':')}:${toRgb}`,
    'format=rgb24',
  ];
  const output = ['-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'];
  return ffmpegOutput('-i', path, '-map', '0:V:0', '-vf', filters.join(','), ...output);
}

/** The curve that is documented. */
const TONE_MAP = [
  'zscale=tin=arib-std-b67:min=bt2020nc:pin=bt2020:rin=tv:t=linear:npl=203',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
  'format=yuv420p',
];

async function pixelsOf(image: Buffer, filters: string): Promise<Buffer> {
  const args = ['-v', 'error', '-i', '-', '-vf', filters, '-f', 'rawvideo', '-'];
  const decoding = run('/usr/bin/ffmpeg', args, { ...LARGE, encoding: 'buffer' });
  decoding.child.stdin?.end(image);
  return (await decoding).stdout;
}

/** Decibels; infinite for the same bytes. */
function psnr(one: Uint8Array, other: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < one.length; i++) squares += ((one[i] ?? 0) - (other[i] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / one.length));
}

/** Red, green and blue of 9 × 9 pixels. */
function meanOfMiddle(rgb: Uint8Array, width: number, height: number): number[] {
  const sums = [0, 0, 0];
  for (let y = (height >> 1) - 4; y <= (height >> 1) + 4; y++) {
    for (let x = (width >> 1) - 4; x <= (width >> 1) + 4; x++) {
      for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + (rgb[3 * (y * width + x) + c] ?? 0);
    }
  }
  return sums.map((sum) => sum / 81);
}
