import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { sign } from '../../functions/stream/route/sign.ts';
import { CLIP_FILM, CLIP_RATE, CLIPS, makeClipFilm } from '../../testing/clip-film.ts';
import { countedFrames, countingPicture } from '../../testing/counter-film.ts';
import { needs } from '../../testing/needs.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const WITHIN_MS = 60_000;
/** Films whose copies are cut, by name, with their rate and what ffmpeg writes them with. */
const COPIES: readonly (readonly [name: string, rate: string, ...coding: string[]])[] = [
  ['ntsc.mp4', '30000/1001', '-bf', '3'],
  ['ninety.mp4', '24000/1001', '-bf', '2', '-video_track_timescale', '90000'],
  ['plain.mp4', '25', '-bf', '0'],
  ['baseline.mp4', '25', '-profile:v', 'baseline'],
  ['rounded.mkv', '24000/1001', '-bf', '2'],
  ['fragmented.mp4', '30', '-bf', '2', '-movflags', '+frag_keyframe+empty_moov'],
];
/** Frames `[from, to)` of their clips: between keyframes, and around them. */
const PLACES: readonly (readonly [from: number, to: number])[] = [
  [1, 170],
  [40, 60],
  [56, 186],
  [100, 189],
];

const run = promisify(execFile);
const RATE = 48_000;
const PACKET_TIMES = [
  '-v',
  'error',
  '-show_entries',
  'frame=pts_time',
  '-read_intervals',
  '%+#1',
  '-of',
  'csv=p=0',
];

/** The first channel of a file's audio, in 16 bits. */
async function samplesOf(path: string): Promise<Int16Array> {
  const output = ['-map', '0:a', '-af', 'pan=mono|c0=c0', '-ar', String(RATE), '-f', 's16le', '-'];
  const { stdout } = await run('/usr/bin/ffmpeg', ['-v', 'error', '-i', path, ...output], {
    encoding: 'buffer',
    maxBuffer: 2 ** 24,
  });
  return new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
}

const SECRET = 'n3w/'.repeat(11);
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('clips', function () {
  this.timeout(3 * WITHIN_MS);
  let root: string;
  let service: Service;
  let plain: Service;
  let signed: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    root = await mkdtemp(join(tmpdir(), 'sluice-clips-'));
    await makeClipFilm(root);
    service = await startService({ MEDIA_DIR: root, DERIVED_DIR: join(root, '.derived') });
    // Without a cache: each answer is produced anew.
    plain = await startService({ MEDIA_DIR: root });
    const closed = { PUBLIC: '0', SIGNING_KEYS: `key:${SECRET}` };
    signed = await startService({ MEDIA_DIR: root, ...closed });
  });

  after(async () => {
    await service?.close();
    await plain?.close();
    await signed?.close();
    if (root) await rm(root, { recursive: true, force: true });
  });

  const bytes = async (address: string): Promise<Buffer> => {
    const response = await fetch(new URL(address, service.url));
    expect(response.status, address).to.equal(200);
    return Buffer.from(await response.arrayBuffer());
  };

  /** The addresses of the init segment and of all segments of each rendition, by its name. */
  const renditionsOf = async (query: string, film = CLIP_FILM): Promise<Map<string, string[]>> => {
    const at = new URL(`/hls/${film}/master.m3u8?${query}`, service.url);
    const { variants } = readMaster((await bytes(at.pathname + at.search)).toString());
    const films = variants.filter(({ isIFrameOnly }) => !isIFrameOnly).map(({ uri }) => uri);
    const audios = variants.flatMap(({ audio }) => audio.map(({ uri }) => uri ?? ''));
    const found = new Map<string, string[]>();
    for (const uri of new Set([...films, ...audios])) {
      const playlist = new URL(uri, at);
      const { segments } = readMedia((await bytes(playlist.pathname + playlist.search)).toString());
      const uris = [segments[0]?.map?.uri ?? '', ...segments.map((segment) => segment.uri)];
      found.set(
        uri.split('/')[0] ?? '',
        uris.map((each) => new URL(each, playlist).pathname + new URL(each, playlist).search),
      );
    }
    return found;
  };

  for (const { query, from, to } of CLIPS) {
    it(`${query}: each rendition has the frames of one pass with the same cut, and the film's own segments`, async () => {
      const cut = join(root, 'cut.mkv');
      const times = ['-ss', String(from / CLIP_RATE), '-to', String(to / CLIP_RATE)];
      await ffmpeg('-y', ...times, '-i', join(root, CLIP_FILM), '-an', '-c:v', 'ffv1', cut);
      const wanted = (await countedFrames(cut)).map(({ number }) => number);
      expect([wanted[0], wanted.length]).to.deep.equal([from, to - from]);
      const whole = await renditionsOf('');
      const clip = await renditionsOf(query);
      expect([...clip.keys()]).to.deep.equal([...whole.keys()]);
      for (const [name, addresses] of clip) {
        const own = whole.get(name) ?? [];
        const parts = addresses.filter((address) => /\/\d+-\d+\.m4s/.test(address));
        const shared = addresses.filter((address) => own.includes(address));
        const others = addresses.filter((address) => address.includes('/clip-init.mp4'));
        expect(parts.length + shared.length + others.length, name).to.equal(addresses.length);
        expect(parts.length, name).to.be.at.most(2);
        // The frames themselves are compared once.
        for (const address of query === CLIPS[0]?.query ? shared : []) {
          const again = await fetch(new URL(address, plain.url));
          expect(hashOf(Buffer.from(await again.arrayBuffer())), address).to.equal(
            hashOf(await bytes(address)),
          );
        }
        if (name.startsWith('audio')) continue;
        const path = join(root, 'joined.mp4');
        await writeFile(path, Buffer.concat(await Promise.all(addresses.map(bytes))));
        const shown = await countedFrames(path);
        expect(
          shown.map(({ number }) => number),
          name,
        ).to.deep.equal(wanted);
        const step = 1 / CLIP_RATE;
        for (const [i, { seconds }] of shown.entries())
          expect(seconds, `${name} ${i}`).to.be.closeTo((from + i) * step, 0.002);
      }
    });
  }

  it('have the audio of the film, at its times', async () => {
    const film = await samplesOf(join(root, CLIP_FILM));
    for (const { query } of CLIPS) {
      const addresses = (await renditionsOf(query)).get('audio-0') ?? [];
      const path = join(root, 'joined.mp4');
      await writeFile(path, Buffer.concat(await Promise.all(addresses.map(bytes))));
      const { stdout } = await run('/usr/bin/ffprobe', [...PACKET_TIMES, path]);
      const first = Math.round(Number(stdout.split(/[,\n]/)[0]) * RATE);
      const clip = await samplesOf(path);
      let most = 0;
      // Without the packet before it, the first one is decoded in part.
      for (let i = 2048; i < clip.length && first + i < film.length; i++)
        most = Math.max(most, Math.abs((clip[i] ?? 0) - (film[first + i] ?? 0)));
      expect(most, query).to.be.below(64);
      expect(clip.length).to.be.above(RATE / 2);
    }
  });

  for (const [name, rate, ...coding] of COPIES) {
    it(`of ${name} are exact to the frame where they are copied`, async () => {
      const keys = [
        '-c:v',
        'libx264',
        '-g',
        '1000',
        '-sc_threshold',
        '0',
        '-force_key_frames',
        '0,2.2,5,7.4',
      ];
      await ffmpeg(...countingPicture(rate, 8), ...keys, '-pix_fmt', 'yuv420p', ...coding, join(root, name));
      const [numerator = 0, denominator = 1] = rate.split('/').map(Number);
      const timeOf = (frame: number) => (frame * denominator) / numerator;
      for (const [from, to] of PLACES) {
        const query = `start=${timeOf(from).toFixed(3)}&end=${timeOf(to).toFixed(3)}`;
        const [addresses = []] = (await renditionsOf(query, name)).values();
        expect(addresses[0]).to.contain('/copy/clip-init.mp4');
        const path = join(root, 'joined.mp4');
        await writeFile(path, Buffer.concat(await Promise.all(addresses.map(bytes))));
        const shown = await countedFrames(path);
        const numbers = shown.map(({ number }) => number);
        expect(numbers).to.deep.equal(Array.from({ length: to - from }, (_, i) => from + i));
        for (const [i, { seconds }] of shown.entries())
          expect(seconds, `${from} + ${i}`).to.be.closeTo(timeOf(from + i), 0.002);
      }
    });
  }

  it('of a film of variable rate show what it shows', async () => {
    const name = 'variable.mp4';
    const dropped = ['-vf', "select='not(mod(n,5))+lt(mod(n,50),20)'", '-fps_mode', 'vfr'];
    const keys = ['-c:v', 'libx264', '-g', '1000', '-sc_threshold', '0', '-force_key_frames', '0,2,4.8'];
    await ffmpeg(...countingPicture('25', 8), ...dropped, ...keys, '-pix_fmt', 'yuv420p', join(root, name));
    const film = await countedFrames(join(root, name));
    const [addresses = []] = (await renditionsOf('start=1.5&end=7.1', name)).values();
    expect(addresses[0]).to.contain('/copy/clip-init.mp4');
    const path = join(root, 'joined.mp4');
    await writeFile(path, Buffer.concat(await Promise.all(addresses.map(bytes))));
    const shown = await countedFrames(path);
    const at = (frames: typeof film, time: number) =>
      frames.findLast(({ seconds }) => seconds <= time + 0.002)?.number;
    for (let time = 1.52; time < 7.08; time += 0.04)
      expect([at(film, time), at(film, time - 0.034)], String(time)).to.include(at(shown, time));
  });

  it('have thumbnails of their own', async () => {
    const master = (await bytes(`/hls/${CLIP_FILM}/master.m3u8?start=3.52&end=8.2`)).toString();
    const [, uri = ''] = /EXT-X-IMAGE-STREAM-INF:.*URI="([^"]+)"/.exec(master) ?? [];
    expect(uri).to.match(/start=3\.52&end=8\.2$/);
    const playlist = await bytes(
      new URL(uri, `${service.url}/hls/${CLIP_FILM}/master.m3u8`).pathname + uri.replace(/^.*(?=\?)/, ''),
    );
    expect(playlist.toString()).to.contain('#EXTINF:4.680,\n#EXT-X-TILES:');
    const manifest = (await bytes(`/dash/${CLIP_FILM}/manifest.mpd?start=3.52&end=8.2`)).toString();
    expect(manifest).to.match(/media="[^"]*\$Number\$\.jpg\?v=[\w-]+&amp;start=3\.52&amp;end=8\.2"/);
  });

  it('are opened by a signed address, with all that they name', async () => {
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const token = sign({ id: 'key', secret: SECRET }, { kind: 'key', key: CLIP_FILM }, expires);
    const entry = `${signed.url}/~${token}/hls/${CLIP_FILM}/master.m3u8?start=3.52&end=8.2`;
    const lines = (text: string) => text.match(/(?<=URI=")[^"]+|^[^#\s].*$/gm) ?? [];
    const opened = async (address: string) => {
      const response = await fetch(address);
      expect(response.status, address).to.equal(200);
      return response.text();
    };
    const playlists = lines(await opened(entry));
    // Audio, subtitles, three of video, one of trick play, and two of thumbnails.
    expect(playlists).to.have.length(8);
    for (const playlist of playlists) {
      const at = new URL(playlist, entry).href;
      for (const named of lines(await opened(at))) await opened(new URL(named, at).href);
    }
    expect((await fetch(entry.replace(`/~${token}`, ''))).status).to.equal(403);
  });

  const WRONG: readonly (readonly [query: string, detail: string])[] = [
    ['start=10', 'The parameter "start" must be before the end, at 10 seconds.'],
    ['start=12&end=13', 'The parameter "start" must be before the end, at 10 seconds.'],
    ['start=5&end=5', 'The parameter "end" must be later than the start, which is at 5 seconds.'],
    ['start=x', 'The parameter "start" must be a number of seconds between 0 and 86400.'],
  ];
  for (const [query, detail] of WRONG) {
    it(`${query}: 400`, async () => {
      for (const entry of [`hls/${CLIP_FILM}/master.m3u8`, `dash/${CLIP_FILM}/manifest.mpd`]) {
        const response = await fetch(`${service.url}/${entry}?${query}`);
        expect(response.status).to.equal(400);
        expect(await response.json()).to.include({ type: 'urn:sluice:problem:bad-parameter', detail });
      }
    });
  }

  it('that are the whole film are its own playlist', async () => {
    const whole = await bytes(`/hls/${CLIP_FILM}/master.m3u8`);
    for (const query of ['start=0.01', 'end=10', 'start=0&end=86400'])
      expect((await bytes(`/hls/${CLIP_FILM}/master.m3u8?${query}`)).equals(whole), query).to.equal(true);
  });

  it('have no parts but those that a clip can have', async () => {
    const NOT_FOUND = ['88-140', '0-55', '88-88', '90-89', '200-260', '100-240', '300-310'];
    for (const part of NOT_FOUND) {
      const response = await fetch(`${service.url}/hls/${CLIP_FILM}/copy/${part}.m4s`);
      expect(response.status, part).to.equal(404);
    }
    expect((await fetch(`${service.url}/hls/${CLIP_FILM}/240p/clip-init.mp4`)).status).to.equal(404);
  });
});
