import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tableOf } from '../../functions/stream/media/isobmff/describe-movie.ts';
import { readMovie } from '../../functions/stream/media/isobmff/movie.ts';
import type { AudioTrack, Track } from '../../functions/stream/media/model/media.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { codecsOf, listen } from '../../testing/listen.ts';
import { casesDirectory, needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const CASES = [
  'xavc-twos.mp4',
  'ipcm.mp4',
  'sine-3s-xhe-aac-44khz-mono.mp4',
  'apac1.mov',
  'snd-mp3.mp4',
] as const;

const VIDEO = ['-f', 'lavfi', '-i', 'testsrc=s=160x90:r=25:d=2'];
const tone = (hertz: number, rate: number) => ['-f', 'lavfi', '-i', `sine=f=${hertz}:r=${rate}:d=2`];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25'];

describe('what plays, and which outputs exist', function () {
  this.timeout(120_000);
  let media = '';
  let service: Service;

  before(async function () {
    needs(this, 'cases', 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-plays-'));
    for (const name of CASES) await copyFile(join(casesDirectory, name), join(media, name));
    service = await startService({ MEDIA_DIR: media });
  });

  after(async () => {
    await service?.close();
    if (media !== '') await rm(media, { recursive: true, force: true });
  });

  it('makes AAC of PCM in MP4, beside copied video', async () => {
    const output = await planOf('/stream/xavc-twos.mp4');
    expect(output).to.equal(
      'transcode; format=mp4; video=copy; audio=aac; reason="mp4 players do not take pcm"',
    );
    expect(await codecsOf(await fetched('/stream/xavc-twos.mp4'))).to.deep.equal(['h264', 'aac']);
    await soundsAs('xavc-twos.mp4', '/stream/xavc-twos.mp4');
    await soundsAs('xavc-twos.mp4', '/hls/xavc-twos.mp4/audio-0/index.m3u8');
    // A client that names both container and codec is believed.
    expect(await planOf('/stream/xavc-twos.mp4?accept=mp4,pcm')).to.match(/^faststart;/);
    // A client that names neither PCM nor its container is not.
    expect(await planOf('/stream/xavc-twos.mp4?accept=h264')).to.match(/^transcode;/);
    // Firefox plays MP4 as well, but no PCM in it.
    expect(await planOf('/stream/xavc-twos.mp4?accept=mp4')).to.match(/^transcode;/);
  });

  it('decodes PCM by the names of MPEG with whatever ffmpeg there is', async () => {
    await soundsAs('ipcm.mp4', '/stream/ipcm.mp4');
    await soundsAs('ipcm.mp4', '/hls/ipcm.mp4/audio-0/index.m3u8');
    await writeFile(join(media, 'little.mp4'), await swapped(await readFile(join(media, 'ipcm.mp4'))));
    const [big, little] = [
      await listen(await fetched('/stream/ipcm.mp4?format=wav')),
      await listen(await fetched('/stream/little.mp4?format=wav')),
    ];
    expect(little).to.deep.equal(big);
  });

  it('refuses xHE-AAC everywhere with 415 and the reason, without a decoder', async () => {
    const name = 'sine-3s-xhe-aac-44khz-mono.mp4';
    const reason = 'The audio codec xHE-AAC (mp4a.40.42) cannot be decoded here.';
    for (const path of [
      `/stream/${name}`,
      `/stream/${name}?format=mp3`,
      `/stream/${name}?accept=mp4,aac`,
      `/stream/${name}?start=1`,
      `/hls/${name}/master.m3u8`,
      `/hls/${name}/audio-0/index.m3u8`,
      `/hls/${name}/audio-0/init.mp4`,
      `/dash/${name}/manifest.mpd`,
    ]) {
      const response = await fetch(at(path));
      const { type, detail } = (await response.json()) as { type?: string; detail?: string };
      expect([response.status, type, detail], path).to.deep.equal([
        415,
        'urn:sluice:problem:unsupported-media',
        reason,
      ]);
    }
    const [track, ...others] = await tracksOf(name);
    expect(others).to.deep.equal([]);
    expect(track).to.include({ kind: 'audio', codec: 'aac', channels: 1, undecodable: reason });
  });

  it('leaves xHE-AAC out of a film, and says so', async () => {
    await writeFile(join(media, 'he.mp4'), await withXheAac(media));
    expect(await planOf('/stream/he.mp4')).to.match(/^remux; .*the audio is left out: .*xHE-AAC/);
    expect(await codecsOf(await fetched('/stream/he.mp4'))).to.deep.equal(['h264']);
    const master = await (await fetch(at('/hls/he.mp4/master.m3u8'))).text();
    expect(master).to.include('avc1').and.not.include('TYPE=AUDIO').and.not.include('mp4a');
    expect((await fetch(at('/hls/he.mp4/audio-0/index.m3u8'))).status).to.equal(404);
    expect((await fetch(at('/stream/he.mp4?format=mp3'))).status).to.equal(415);
    expect((await fetch(at('/stream/he.mp4?audio=0'))).status).to.equal(415);
  });

  it('plays the audio track after an unreadable one', async () => {
    expect(await planOf('/stream/apac1.mov')).to.match(/^remux;/);
    const source = await listen(join(media, 'apac1.mov'), 1);
    for (const path of ['?', '?audio=0', '?start=1', '?height=90', '?format=mp3']) {
      const { level, channels } = await listen(await fetched(`/stream/apac1.mov${path}`));
      expect(level, path).to.be.closeTo(source.level, 0.5);
      expect(channels, path).to.equal(2);
    }
    expect((await fetch(at('/hls/apac1.mov/audio-0/0.m4s'))).status).to.equal(200);
    expect((await tracksOf('apac1.mov'))[1]?.undecodable).to.equal('The audio codec "apac" is unknown.');
  });

  it('believes the header of MP3 in MP4', async () => {
    const [, track] = await tracksOf('snd-mp3.mp4');
    expect(track).to.include({ codec: 'mp3', channels: 1, sampleRate: 48_000 });
    await soundsAs('snd-mp3.mp4', '/stream/snd-mp3.mp4?format=mp3');
    await soundsAs('snd-mp3.mp4', '/stream/snd-mp3.mp4?start=1');
    await soundsAs('snd-mp3.mp4', '/hls/snd-mp3.mp4/audio-0/index.m3u8');
  });

  const ENTRIES: [what: string, codec: readonly string[], expected: Partial<AudioTrack>][] = [
    ['aac', ['-c:a', 'aac'], { codec: 'aac' }],
    ['ac3', ['-c:a', 'ac3'], { codec: 'ac3' }],
    ['eac3', ['-c:a', 'eac3'], { codec: 'eac3' }],
    ['opus', ['-c:a', 'libopus'], { codec: 'opus' }],
    ['flac', ['-c:a', 'flac', '-strict', '-2'], { codec: 'flac', bitsPerSample: 16 }],
    ['alac', ['-c:a', 'alac'], { codec: 'alac', bitsPerSample: 16 }],
    ['mp3', ['-c:a', 'libmp3lame'], { codec: 'mp3' }],
    // Its name in MP4 is that of layer III, which browsers take.
    ['mp2', ['-c:a', 'mp2'], { codec: 'other', codecName: 'mp2' }],
    ['dts', ['-c:a', 'dca', '-strict', '-2'], { codec: 'dts' }],
    ['vorbis', ['-c:a', 'libvorbis'], { codec: 'vorbis' }],
  ];
  for (const [what, codec, expected] of ENTRIES) {
    it(`believes the codec’s own header and not the sample entry: ${what}`, async () => {
      const path = join(media, `${what}.mp4`);
      await ffmpeg(...tone(440, 48_000), '-ac', '1', ...codec, path);
      await writeFile(path, lying(await readFile(path)));
      expect((await tracksOf(`${what}.mp4`))[0]).to.include({ ...expected, channels: 1, sampleRate: 48_000 });
    });
  }

  it('counts the tracks of Matroska as ffmpeg does, whatever lies between', async () => {
    const subtitles = join(media, 'words.srt');
    await writeFile(subtitles, '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const path = join(media, 'many.mkv');
    await ffmpeg(
      ...[...VIDEO, '-i', subtitles, ...tone(440, 44_100), ...tone(880, 48_000)],
      ...['-map', '1', '-map', '2', '-map', '0', '-map', '3', ...H264],
      ...['-c:s', 'srt', '-c:a', 'ac3', '-attach', subtitles, '-metadata:s:t', 'mimetype=text/plain', path],
    );
    await numbered('many.mkv');
    // The first audio track has a codec that no program knows.
    const bytes = await readFile(path);
    bytes.write('A_XY3', bytes.indexOf('A_AC3'), 'latin1');
    await writeFile(join(media, 'unknown.mkv'), bytes);
    expect((await listen(await fetched('/stream/unknown.mkv?format=wav&audio=0'))).sampleRate).to.equal(
      48_000,
    );
    expect((await listen(await fetched('/stream/unknown.mkv'))).sampleRate).to.equal(48_000);
  });

  it('counts the tracks of MP4 as ffmpeg does, with a time code and a cover', async () => {
    const cover = join(media, 'cover.png');
    await ffmpeg('-f', 'lavfi', '-i', 'color=red:s=64x64', '-frames:v', '1', cover);
    const audios = [...tone(440, 44_100), ...tone(880, 48_000)];
    const coded = ['-map', '1', '-map', '0', '-map', '2', ...H264, '-c:a', 'ac3'];
    await ffmpeg(...VIDEO, ...audios, ...coded, '-timecode', '00:00:00:00', join(media, 'code.mov'));
    await numbered('code.mov');
    await ffmpeg(
      ...[...VIDEO, ...audios, '-i', cover, '-map', '3', ...coded],
      ...['-c:v:0', 'png', '-disposition:v:0', 'attached_pic', join(media, 'cover.mp4')],
    );
    await numbered('cover.mp4');
  });

  it('counts the tracks of a transport stream as ffmpeg does, of one program and of two', async () => {
    const audios = [...VIDEO, ...tone(440, 44_100), ...tone(880, 48_000)];
    const coded = ['-map', '1', '-map', '0', '-map', '2', ...H264, '-c:a', 'ac3', '-f', 'mpegts'];
    await ffmpeg(...audios, ...coded, join(media, 'one.ts'));
    await numbered('one.ts');
    const programs = ['-program', 'st=0:st=1', '-program', 'st=2'];
    await ffmpeg(...audios, ...coded, ...programs, join(media, 'two.ts'));
    await numbered('two.ts');
  });

  /** Expects the first audio track at 44,100 Hz and the second at 48,000, which transcodes keep. */
  async function numbered(name: string): Promise<void> {
    for (const [audio, rate] of [44_100, 48_000].entries()) {
      const { sampleRate } = await listen(await fetched(`/stream/${name}?audio=${audio}&format=wav`));
      expect(sampleRate, `${name} ${audio}`).to.equal(rate);
      expect((await listen(await fetched(`/stream/${name}?audio=${audio}&height=48`))).sampleRate).to.equal(
        rate,
      );
      const segment = await fetch(at(`/hls/${name}/audio-${audio}/0.m4s`));
      expect(segment.status, `${name} ${audio}`).to.equal(200);
      await segment.arrayBuffer();
    }
  }

  const at = (path: string) => service.url + path;

  /** Fetches an address into a file; keeps the address of a playlist, since it names others. */
  async function fetched(path: string): Promise<string> {
    if (path.includes('.m3u8')) return at(path);
    const response = await fetch(at(path));
    expect(response.status, path).to.equal(200);
    const file = join(media, '.output');
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    return file;
  }

  /** Expects the source's loudness and channels. */
  async function soundsAs(name: string, path: string): Promise<void> {
    const [source, output] = [await listen(join(media, name)), await listen(await fetched(path))];
    expect(output.channels, path).to.equal(source.channels);
    expect(output.level, path).to.be.closeTo(source.level, path.includes('start') ? 1 : 0.5);
  }

  async function planOf(path: string): Promise<string | null> {
    const response = await fetch(at(path), { method: 'HEAD' });
    expect(response.status, path).to.equal(200);
    return response.headers.get('sluice-plan');
  }

  async function tracksOf(name: string): Promise<readonly Track[]> {
    const response = await fetch(at(`/info/${name}`));
    expect(response.status).to.equal(200);
    return ((await response.json()) as { media: { tracks: readonly Track[] } }).media.tracks;
  }
});

/** Sets two channels in the first audio sample entry, whatever the stream has. */
function lying(file: Buffer): Buffer {
  const types = ['mp4a', 'ac-3', 'ec-3', 'Opus', 'fLaC', 'alac'];
  const stsd = file.indexOf('stsd', 0, 'latin1');
  const entry = file.toString('latin1', stsd + 16, stsd + 20);
  if (!types.includes(entry)) throw new Error(`The file begins with ${entry}.`);
  file.writeUInt16BE(2, stsd + 36);
  return file;
}

/** Returns the same audio in little-endian samples. */
async function swapped(file: Buffer): Promise<Buffer> {
  const movie = await readMovie(bytesAccess(file));
  const track = movie?.tracks.find(({ handler }) => handler === 'soun');
  const table = movie && track && tableOf(movie, track);
  if (!table) throw new Error('The file has no audio.');
  for (let i = 0; i < table.count; i++) {
    const start = table.offsets.at(i);
    file.subarray(start, start + table.sizes.at(i)).swap16();
  }
  file[file.indexOf('pcmC', 0, 'latin1') + 8] = 1;
  return file;
}

/** Writes a film whose audio is labelled as another kind of AAC: no decoder gets that far. */
async function withXheAac(folder: string): Promise<Buffer> {
  const path = join(folder, 'lc.mp4');
  await ffmpeg(...VIDEO, ...tone(440, 44_100), ...H264, '-c:a', 'aac', path);
  const file = await readFile(path);
  // ISO/IEC 14496-3 §1.6.2.1: object type 42 is an escape (31) and ten more; then 44,100 Hz, and one channel.
  const config = file.indexOf(Buffer.of(0x05, 0x80, 0x80, 0x80, 0x05), 0);
  Buffer.of(0xf9, 0x48, 0x80, 0x00, 0x00).copy(file, config + 5);
  return file;
}
