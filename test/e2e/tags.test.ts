import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode, ffmpeg } from '../../testing/verify.ts';

const run = promisify(execFile);

const TITLE = 'Überschrift "x" & <y>; k=v #1';
const ARTIST = 'Künstler\\A';
const ALBUM = 'Album 専 🎵';

/** Writes the tags of each file with mutagen, and a cover that names a place. */
const WRITE = `
import sys, base64, mutagen
from mutagen.id3 import TIT2, TPE1, TALB, APIC, TXXX
from mutagen import flac
from mutagen.oggopus import OggOpus
from mutagen.mp4 import MP4, MP4Cover
from mutagen.wave import WAVE
folder = sys.argv[1]
title, artist, album = sys.argv[2:5]
jpeg = open(folder + '/../cover.jpg', 'rb').read()
place = b'Exif\\0\\0GPSLatitude 51.5'
jpeg = jpeg[:2] + b'\\xff\\xe1' + (len(place) + 2).to_bytes(2, 'big') + place + jpeg[2:]
gains = {'replaygain_track_gain': '-6.50 dB', 'replaygain_track_peak': '0.988000', 'replaygain_album_gain': '+1.25 dB', 'replaygain_album_peak': '1.000000'}
def id3(file, title=title):
    if file.tags is None: file.add_tags()
    tags = file.tags
    tags.add(TIT2(encoding=3, text=title)); tags.add(TPE1(encoding=3, text=artist)); tags.add(TALB(encoding=3, text=album))
    tags.add(APIC(encoding=3, mime='image/jpeg', type=3, desc='', data=jpeg))
    for name, text in gains.items(): tags.add(TXXX(encoding=3, desc=name, text=text))
    file.save()
id3(mutagen.File(folder + '/song.mp3'))
id3(WAVE(folder + '/song.wav'))
cover = flac.Picture(); cover.type = 3; cover.mime = 'image/jpeg'; cover.data = jpeg
def comments(file):
    file['title'] = title; file['artist'] = artist; file['album'] = album
song = flac.FLAC(folder + '/song.flac'); comments(song)
for name, text in gains.items(): song[name] = text
song.add_picture(cover); song.save()
song = OggOpus(folder + '/song.opus'); comments(song)
song['metadata_block_picture'] = [base64.b64encode(cover.write()).decode()]
song['r128_track_gain'] = '-2944'; song['r128_album_gain'] = '-960'; song.save()
song = MP4(folder + '/song.m4a'); song['\\xa9nam'] = title; song['\\xa9ART'] = artist; song['\\xa9alb'] = album
song['covr'] = [MP4Cover(jpeg)]
for name, text in gains.items(): song['----:com.apple.iTunes:' + name] = [text.encode()]
song.save()
hostile = 'a\\x1b[31m\\r\\n[CHAPTER]\\nSTART=0; -map 0\\u202e\\u2028 ' + 'x' * 100000
id3(mutagen.File(folder + '/hostile.mp3'), hostile)
`;

/** Reads tags back with mutagen. */
const READ = `
import sys, json, base64, mutagen
from mutagen import flac
file = mutagen.File(sys.argv[1])
tags = file.tags if file.tags is not None else {}
found = {'length': file.info.length}
if hasattr(tags, 'getall'):
    for name, id in (('title', 'TIT2'), ('artist', 'TPE1'), ('album', 'TALB')):
        found[name] = str(tags[id]) if id in tags else None
    found['gains'] = {frame.desc: str(frame) for frame in tags.getall('TXXX')}
    found['covers'] = [base64.b64encode(frame.data).decode() for frame in tags.getall('APIC')]
else:
    for name in ('title', 'artist', 'album'): found[name] = tags.get(name, [None])[0]
    found['gains'] = {name.lower(): text for name, text in tags if 'gain' in name.lower()}
    covers = list(file.pictures) if hasattr(file, 'pictures') else [flac.Picture(base64.b64decode(text)) for text in tags.get('metadata_block_picture', [])]
    found['covers'] = [base64.b64encode(cover.data).decode() for cover in covers]
print(json.dumps(found))
`;

type Found = {
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly gains: Readonly<Record<string, string>>;
  readonly covers: readonly string[];
  readonly length: number;
};

const GAINS = {
  replaygain_track_gain: '-6.50 dB',
  replaygain_track_peak: '0.988000',
  replaygain_album_gain: '1.25 dB',
  replaygain_album_peak: '1.000000',
};
const OPUS_GAINS = { r128_track_gain: '-2944', r128_album_gain: '-960' };
/** Opus has no peaks. */
const WITHOUT_PEAKS = { replaygain_track_gain: '-6.50 dB', replaygain_album_gain: '1.25 dB' };
const SECONDS = 5;

describe('metadata=keep', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    needs(this, 'mutagen');
    folder = await mkdtemp(join(tmpdir(), 'sluice-tags-'));
    const media = join(folder, 'media');
    await mkdir(media);
    const tone = ['-f', 'lavfi', '-i', `sine=f=440:r=48000:d=${SECONDS}`];
    for (const name of ['song.mp3', 'song.wav', 'song.flac', 'song.opus', 'song.m4a', 'hostile.mp3']) {
      await ffmpeg(...tone, join(media, name));
    }
    await ffmpeg(...tone, '-c:a', 'wmav2', '-f', 'asf', join(media, 'song.wma'));
    const noise = "geq=lum='random(1)*255':cb='random(2)*255':cr='random(3)*255'";
    // Large enough for several pages of Ogg.
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      `color=red:s=700x700:d=1,${noise}`,
      '-frames:v',
      '1',
      join(folder, 'cover.jpg'),
    );
    await run('/usr/bin/python3', ['-c', WRITE, media, TITLE, ARTIST, ALBUM]);
    service = await startService(
      { MEDIA_DIR: media, DERIVED_DIR: join(folder, 'derived') },
      { maxInstances: 4 },
    );
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function read(path: string): Promise<Found> {
    const { stdout } = await run('/usr/bin/python3', ['-c', READ, path], { maxBuffer: 2 ** 26 });
    return JSON.parse(stdout) as Found;
  }

  async function streamed(address: string, extension: string): Promise<string> {
    const response = await fetch(`${service.url}/stream/${address}`);
    expect(response.status, address).to.equal(200);
    const path = join(folder, `streamed.${extension}`);
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    return path;
  }

  async function exported(address: string, extension: string): Promise<string> {
    const { file } = await exportOf(service, `/export/${address}`);
    const path = join(folder, `exported.${extension}`);
    await writeFile(path, file);
    return path;
  }

  async function expectCover(cover: Buffer): Promise<void> {
    expect(cover.length).to.be.above(70_000);
    expect(cover.includes('GPS')).to.equal(false);
    const path = join(folder, 'found.jpg');
    await writeFile(path, cover);
    expect(await probe(path, 'stream=width,height')).to.equal('700x700');
  }

  const CASES = [
    ['song.flac', 'mp3', GAINS, 1],
    ['song.mp3', 'flac', GAINS],
    ['song.mp3', 'opus', OPUS_GAINS],
    ['song.flac', 'wav', GAINS],
    ['song.opus', 'mp3', WITHOUT_PEAKS],
    // ffmpeg finds no cover in a WAV file.
    ['song.wav', 'flac', GAINS, 0],
    ['song.m4a', 'mp3', GAINS],
  ] as const;
  for (const [from, to, gains, covers = 1] of CASES) {
    for (const [way, produce] of [
      ['streamed', streamed],
      ['exported', exported],
    ] as const) {
      it(`brings the tags of ${from} to ${to}, ${way}, as mutagen and ffprobe read them`, async () => {
        const path = await produce(`${from}?format=${to}&metadata=keep`, to);
        const found = await read(path);
        expect(found).to.deep.include({ title: TITLE, artist: ARTIST, album: ALBUM, gains });
        expect(found.length).to.be.closeTo(SECONDS, 0.1);
        expect(found.covers).to.have.length(covers);
        if (covers > 0) await expectCover(Buffer.from(found.covers[0] ?? '', 'base64'));
        const names = JSON.parse(await probe(path, 'format_tags:stream_tags', 'json')) as Probed;
        const tags = { ...names.streams?.[0]?.tags, ...names.format?.tags };
        const lower = Object.fromEntries(
          Object.entries(tags).map(([name, text]) => [name.toLowerCase(), text]),
        );
        expect(lower).to.include({ title: TITLE, artist: ARTIST, album: ALBUM });
        const decoded = await decode(path);
        expect(decoded.complaints).to.equal('');
        expect(decoded.seconds).to.be.closeTo(SECONDS, 0.1);
      });
    }
  }

  it('tells the length of a tagged WAV, and sends its ranges', async () => {
    const address = `${service.url}/stream/song.flac?format=wav&metadata=keep&duration=2`;
    const whole = Buffer.from(await (await fetch(address)).arrayBuffer());
    expect(whole.readUInt32LE(4)).to.equal(whole.length - 8);
    const part = await fetch(address, { headers: { range: 'bytes=100-299' } });
    expect(part.headers.get('content-range')).to.equal(`bytes 100-299/${whole.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(100, 300))).to.equal(true);
  });

  it('leaves ReplayGain out at another loudness, and tags without being asked', async () => {
    const louder = await read(await streamed('song.flac?format=mp3&metadata=keep&loudness=-16', 'mp3'));
    expect(louder).to.deep.include({ title: TITLE, gains: {} });
    const bare = await read(await streamed('song.flac?format=opus', 'opus'));
    expect(bare).to.deep.include({ title: null, covers: [], gains: {} });
  });

  for (const [to, produce] of [
    ['mp3', streamed],
    ['flac', streamed],
    ['opus', exported],
    ['wav', exported],
  ] as const) {
    it(`writes hostile names as one line of a thousand characters: ${to}`, async () => {
      const path = await produce(`hostile.mp3?format=${to}&metadata=keep&duration=2`, to);
      const { title } = await read(path);
      expect(title).to.match(/^a \[31m \[CHAPTER\] START=0; -map 0 x{900,}$/);
      expect(title).to.have.length(1_000);
      const chapters = JSON.parse(await probe(path, 'chapters', 'json')) as { chapters?: readonly unknown[] };
      expect(chapters.chapters ?? []).to.deep.equal([]);
      expect((await decode(path)).complaints).to.equal('');
    });
  }

  for (const [query, pattern] of [
    [
      'song.flac?format=aac&metadata=keep',
      /"metadata" does not apply to format=aac: it is written into mp3, opus, flac, wav/,
    ],
    ['song.flac?format=mp4&metadata=keep', /"metadata" does not apply to format=mp4/],
    ['song.wma?format=mp3&metadata=keep', /tags of this kind of file are not read/],
    ['song.flac?format=mp3&metadata=all', /"metadata" must be one of keep/],
  ] as const) {
    it(`is refused where it cannot be copied: ${query}`, async () => {
      const response = await fetch(`${service.url}/stream/${query}`);
      expect(response.status).to.equal(400);
      const { detail } = (await response.json()) as { detail: string };
      expect(detail).to.match(pattern);
    });
  }

  it('sends the file itself, with its tags, where the client plays it', async () => {
    const response = await fetch(`${service.url}/stream/song.mp3?metadata=keep`);
    expect(response.headers.get('sluice-plan')).to.match(/^passthrough/);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals(await readFile(join(folder, 'media/song.mp3')))).to.equal(true);
  });
});

type Probed = {
  readonly streams?: readonly { readonly tags?: Readonly<Record<string, string>> }[];
  readonly format?: { readonly tags?: Readonly<Record<string, string>> };
};

async function probe(path: string, entries: string, form = 'csv=p=0:s=x'): Promise<string> {
  const what = entries === 'chapters' ? ['-show_chapters'] : ['-show_entries', entries];
  const { stdout } = await run('/usr/bin/ffprobe', ['-v', 'error', ...what, '-of', form, path]);
  return stdout.trim();
}
