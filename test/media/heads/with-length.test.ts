import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { flacWithLength } from '../../../functions/stream/media/heads/flac.ts';
import { type Front, withFront } from '../../../functions/stream/media/heads/front.ts';
import { mp3WithLength } from '../../../functions/stream/media/heads/mp3.ts';
import { mp4WithLength } from '../../../functions/stream/media/heads/mp4.ts';
import { wavWithLength } from '../../../functions/stream/media/heads/wav.ts';
import { webmWithLength } from '../../../functions/stream/media/heads/webm.ts';
import { needs } from '../../../testing/needs.ts';

const SECONDS = 2.5;
const RATE = 44_100;
const SAMPLES = SECONDS * RATE;
const sine = ['-f', 'lavfi', '-i', `sine=f=440:r=${RATE}:d=${SECONDS}`];
const videoInput = ['-f', 'lavfi', '-i', `testsrc2=s=64x64:r=10:d=${SECONDS}`];
const bitexact = ['-fflags', '+bitexact', '-flags', '+bitexact', '-map_metadata', '-1'];

describe('The front of an output that is sent while it is encoded', function () {
  this.timeout(120_000);
  let folder: string;
  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-heads-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Encodes as a muxer does that cannot go back to its beginning. */
  async function piped(...args: readonly string[]): Promise<Buffer> {
    const options = { encoding: 'buffer' as const, maxBuffer: 2 ** 26 };
    const { stdout } = await run('ffmpeg', ['-v', 'error', ...args, ...bitexact, 'pipe:1'], options);
    return stdout;
  }

  /** Rewrites the front in the smallest steps as well as at once. */
  async function told(bytes: Buffer, front: Front): Promise<Buffer> {
    const whole = await buffer(withFront(chunked(bytes, bytes.length), front));
    const stepped = await buffer(withFront(chunked(bytes.subarray(0, 4000), 7), front));
    expect(whole.subarray(0, stepped.length).equals(stepped)).to.equal(true);
    return whole;
  }

  async function probed(name: string, bytes: Buffer, ...entries: readonly string[]): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    const args = ['-v', 'error', '-show_entries', ...entries, '-of', 'csv=p=0', path];
    return (await run('ffprobe', args)).stdout.trim();
  }

  const mp3 = (bitrate: string) => [
    ...['-c:a', 'libmp3lame', '-b:a', bitrate],
    ...['-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'],
  ];

  it('of MP3 counts its frames, its bytes, and the samples cut at both ends', async () => {
    for (const bitrate of ['192k', '320k', '64k']) {
      const output = await piped(...sine, ...mp3(bitrate));
      const whole = await told(output, (bytes) => mp3WithLength(bytes, { samples: SAMPLES, isExact: true }));
      const head = whole.length - output.length;
      expect(whole.subarray(head).equals(output)).to.equal(true);
      const tag = whole.indexOf('Info', 0, 'latin1');
      expect(tag).to.be.within(1, head);
      const frames = Number(await probed('raw.mp3', output, 'stream=nb_read_packets', '-count_packets'));
      expect(whole.readUInt32BE(tag + 8)).to.equal(frames);
      expect(whole.readUInt32BE(tag + 12)).to.equal(whole.length);
      expect(Number(await probed('a.mp3', whole, 'format=duration'))).to.be.closeTo(SECONDS, 0.06);
      // Decoders cut it to the sample.
      await run('ffmpeg', [
        '-v',
        'error',
        '-y',
        '-i',
        join(folder, 'a.mp3'),
        '-f',
        's16le',
        join(folder, 'pcm'),
      ]);
      expect((await readFile(join(folder, 'pcm'))).length / 2).to.equal(SAMPLES);
    }
  });

  it('of MP3 counts its frames, and the samples cut in front alone if the end is not known to the sample', async () => {
    const output = await piped(...sine, ...mp3('128k'));
    const whole = await told(output, (bytes) => mp3WithLength(bytes, { samples: SAMPLES, isExact: false }));
    const tag = whole.indexOf('Info', 0, 'latin1');
    expect(whole.readUInt32BE(tag + 4)).to.equal(1);
    expect(Number(await probed('b.mp3', whole, 'format=duration'))).to.be.closeTo(SECONDS, 0.06);
    const frames = Number(await probed('raw.mp3', output, 'stream=nb_read_packets', '-count_packets'));
    const decode = ['-v', 'error', '-y', '-i', join(folder, 'b.mp3'), '-f', 's16le', join(folder, 'pcm')];
    await run('ffmpeg', decode);
    expect((await readFile(join(folder, 'pcm'))).length / 2).to.equal(frames * 1152 - 1105);
  });

  it('of FLAC counts its samples', async () => {
    const output = await piped(...sine, '-c:a', 'flac', '-f', 'flac');
    const whole = await told(output, (bytes) => flacWithLength(bytes, SAMPLES));
    expect(whole.length).to.equal(output.length);
    expect(whole.subarray(42).equals(output.subarray(42))).to.equal(true);
    expect(await probed('a.flac', whole, 'stream=duration_ts')).to.equal(String(SAMPLES));
  });

  it('of WAV has the size of its data', async () => {
    const output = await piped(...sine, '-c:a', 'pcm_s16le', '-f', 'wav');
    const whole = await told(output, (bytes) => wavWithLength(bytes, SAMPLES));
    expect(whole.readUInt32LE(4)).to.equal(36 + SAMPLES * 2);
    expect(whole.readUInt32LE(40)).to.equal(SAMPLES * 2);
    expect(whole.length).to.equal(44 + SAMPLES * 2);
    const more = Math.ceil(2 ** 32 / 2);
    const long = await told(output, (bytes) => wavWithLength(bytes, more));
    expect(long.equals(output)).to.equal(true);
  });

  it('of WebM has its duration, and names no place that has moved', async () => {
    const output = await piped(
      ...videoInput,
      ...sine,
      '-c:v',
      'libvpx',
      '-c:a',
      'libopus',
      '-cluster_time_limit',
      '1000',
      '-f',
      'webm',
    );
    const whole = await told(output, (bytes) => webmWithLength(bytes, 2500));
    expect(await probed('a.webm', whole, 'format=duration')).to.equal('2.500000');
    expect(await probed('a.webm', whole, 'stream=nb_read_packets', '-count_packets')).to.equal(
      await probed('b.webm', output, 'stream=nb_read_packets', '-count_packets'),
    );
    // The identifier of the seek head.
    expect(whole.subarray(0, 400).includes(Buffer.from([0x11, 0x4d, 0x9b, 0x74]))).to.equal(false);
  });

  it('of fragmented MP4 tells each track and the whole', async () => {
    const movflags = ['-movflags', '+frag_keyframe+delay_moov+default_base_moof', '-frag_duration', '500000'];
    const output = await piped(
      ...videoInput,
      ...sine,
      '-c:v',
      'libx264',
      '-c:a',
      'aac',
      ...movflags,
      '-f',
      'mp4',
    );
    const whole = await told(output, (bytes) => mp4WithLength(bytes, { video: 2.5, audio: 2.4 }));
    const scale = (box: number) => whole.readUInt32BE(box + 16);
    const mehd = whole.indexOf('mehd', 0, 'latin1');
    const mvhd = whole.indexOf('mvhd', 0, 'latin1');
    expect(Number(whole.readBigUInt64BE(mehd + 8)) / scale(mvhd)).to.be.closeTo(2.5, 0.001);
    const video = whole.indexOf('mdhd', 0, 'latin1');
    const audio = whole.indexOf('mdhd', video + 4, 'latin1');
    expect(whole.readUInt32BE(video + 20) / scale(video)).to.be.closeTo(2.5, 0.001);
    expect(whole.readUInt32BE(audio + 20) / scale(audio)).to.be.closeTo(2.4, 0.001);
    // All other bytes stay in place.
    expect(await probed('a.mp4', whole, 'packet=stream_index,pts,size')).to.equal(
      await probed('b.mp4', output, 'packet=stream_index,pts,size'),
    );
  });

  it('is left unchanged if its kind is unknown', async () => {
    const noise = Buffer.alloc(3 * 2 ** 20, 0x55);
    expect((await buffer(withFront(chunked(noise, 2 ** 16), () => null))).equals(noise)).to.equal(true);
    const fronts: readonly Front[] = [
      (bytes) => mp3WithLength(bytes, { samples: 1, isExact: true }),
      (bytes) => flacWithLength(bytes, 1),
      (bytes) => wavWithLength(bytes, 1),
      (bytes) => webmWithLength(bytes, 1),
      (bytes) => mp4WithLength(bytes, { video: 1, audio: 1 }),
    ];
    // At once: no more bytes may come for long.
    for (const front of fronts) expect(front(noise.subarray(0, 100))?.length).to.equal(100);
  });
});

const run = promisify(execFile);

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
