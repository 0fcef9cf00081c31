import { createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ObjectInfo } from '../../functions/stream/plan/object-info.ts';
import { CLIP_FILM, CLIP_FRAMES, CLIPS, makeClipFilm } from '../../testing/clip-film.ts';
import { countedFrames } from '../../testing/counter-film.ts';
import { addressIn, startEncrypted, tokenOf } from '../../testing/encrypted.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const jsonOf = async <T>(response: Response) => (await response.json()) as T;

type License = { readonly type: string; readonly keys: { kty: string; kid: string; k: string }[] };

const HLS = `/hls/${CLIP_FILM}`;

describe('encrypted segments (aes-128)', function () {
  this.timeout(120_000);
  let media: string;
  let derived: string;
  let clear: Service;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-encrypted-'));
    derived = await mkdtemp(join(tmpdir(), 'sluice-encrypted-derived-'));
    await makeClipFilm(media);
    const places = { MEDIA_DIR: media, DERIVED_DIR: derived };
    clear = await startService(places);
    service = await startEncrypted('aes-128', places, ['new', 'old']);
  });

  after(async () => {
    await clear?.close();
    await service?.close();
    for (const folder of [media, derived]) if (folder) await rm(folder, { recursive: true, force: true });
  });

  const ask = (path: string, init?: RequestInit, over = service) => fetch(addressIn(over, path), init);
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const typeOf = async (response: Response) =>
    [
      response.status,
      (await jsonOf<{ type: string }>(response)).type.replace('urn:sluice:problem:', ''),
    ] as const;
  const playlistOf = async (rendition: string, over = service) =>
    (await ask(`${HLS}/${rendition}/index.m3u8`, {}, over)).text();
  /** The segments of a playlist with their vectors, and the address of their key. */
  const segmentsIn = (playlist: string) =>
    [
      ...playlist.matchAll(
        /^#EXT-X-KEY:METHOD=AES-128,URI="([^"]+)",IV=0x([0-9a-f]{32})\n#EXTINF:[\d.]+,\n(\S+)$/gm,
      ),
    ].map(([, key = '', iv = '', name = '']) => ({ key, iv, name }));
  const keyOf = async (address: string) =>
    bytesOf(await fetch(new URL(address, addressIn(service, `${HLS}/copy/index.m3u8`))));

  it('are the clear ones, by the key that the playlist names', async () => {
    for (const rendition of ['copy', '240p', 'audio-0']) {
      const segments = segmentsIn(await playlistOf(rendition));
      expect(segments, rendition).to.have.length.above(1);
      for (const { key, iv, name } of segments) {
        const response = await ask(`${HLS}/${rendition}/${name}`);
        expect(response.headers.get('cache-control')).to.equal('max-age=31536000, immutable, private');
        const sent = await bytesOf(response);
        const decipher = createDecipheriv('aes-128-cbc', await keyOf(key), Buffer.from(iv, 'hex'));
        const opened = Buffer.concat([decipher.update(sent), decipher.final()]);
        const plain = await bytesOf(
          await fetch(`${clear.url}${HLS}/${rendition}/${name.replace(/\?.*/, '')}`),
        );
        expect(opened.equals(plain), name).to.equal(true);
        expect(sent.includes('moof')).to.equal(false);
      }
      expect(new Set(segments.map(({ iv }) => iv)).size).to.equal(segments.length);
    }
  });

  it('have ranges where their size is known, and conditions', async () => {
    const [segment] = segmentsIn(await playlistOf('copy'));
    const path = `${HLS}/copy/${segment?.name}`;
    const first = await ask(path);
    const whole = await bytesOf(first);
    expect(whole.length % 16).to.equal(0);
    for (const [start, end] of [
      [0, 1],
      [15, 17],
      [1000, 5003],
      [whole.length - 20, whole.length],
      [0, whole.length],
    ] as const) {
      const part = await ask(path, { headers: { range: `bytes=${start}-${end - 1}` } });
      expect([part.status, part.headers.get('content-range')]).to.deep.equal([
        206,
        `bytes ${start}-${end - 1}/${whole.length}`,
      ]);
      expect((await bytesOf(part)).equals(whole.subarray(start, end)), `${start}-${end}`).to.equal(true);
    }
    expect((await ask(path, { headers: { range: `bytes=${whole.length}-` } })).status).to.equal(416);
    // Each would cost all before it.
    const several = await ask(path, { headers: { range: 'bytes=0-1,1000-1001' } });
    expect(several.status).to.equal(200);
    expect((await bytesOf(several)).equals(whole)).to.equal(true);
    const etag = first.headers.get('etag') ?? '';
    expect((await ask(path, { headers: { 'if-none-match': etag } })).status).to.equal(304);
    expect((await fetch(clear.url + path.replace(/\?.*/, ''))).headers.get('etag')).to.not.equal(etag);
  });

  it('are cached in the clear, for every key and for a service that does not encrypt', async () => {
    const [, segment] = segmentsIn(await playlistOf('240p'));
    const path = `${HLS}/240p/${segment?.name}`;
    await bytesOf(await ask(path));
    await untilIdle(service);
    const other = await startEncrypted('aes-128', { MEDIA_DIR: media, DERIVED_DIR: derived }, ['old']);
    const [, again] = segmentsIn(await playlistOf('240p', other));
    const cached = await ask(`${HLS}/240p/${again?.name}`, {}, other);
    expect(cached.headers.get('sluice-plan')).to.match(/; cached$/);
    expect((await bytesOf(cached)).equals(await bytesOf(await ask(path)))).to.equal(false);
    await other.close();
  });

  it('of a secret that is not the first play on, and not of one that is gone', async () => {
    const before = await startEncrypted('aes-128', { MEDIA_DIR: media }, ['old']);
    const [segment] = segmentsIn(await playlistOf('copy', before));
    const path = `${HLS}/copy/${segment?.name}`;
    const sent = await bytesOf(await ask(path, {}, before));
    await before.close();
    expect((await bytesOf(await ask(path))).equals(sent)).to.equal(true);
    expect(await keyOf(segment?.key ?? '')).to.have.length(16);
    const after = await startEncrypted('aes-128', { MEDIA_DIR: media }, ['new']);
    const old = `/key/${CLIP_FILM}/content.key?${segment?.key.split('?')[1]}`;
    expect(await typeOf(await ask(path, {}, after))).to.deep.equal([404, 'not-found']);
    expect(await typeOf(await ask(old, {}, after))).to.deep.equal([404, 'not-found']);
    await after.close();
  });

  it('have a key for whoever may play them alone, which nothing stores', async () => {
    const path = `/key/${CLIP_FILM}/content.key`;
    const key = await ask(path);
    expect([key.status, key.headers.get('cache-control')]).to.deep.equal([200, 'no-store, private']);
    expect(await bytesOf(key)).to.have.length(16);
    expect((await ask(path, { method: 'HEAD' })).status).to.equal(200);
    expect(await typeOf(await fetch(service.url + path))).to.deep.equal([403, 'unsigned']);
    const other = `${service.url}/~${tokenOf('another.mp4')}${path}`;
    expect(await typeOf(await fetch(other))).to.deep.equal([403, 'bad-signature']);
    expect(await typeOf(await ask(`${path}?v=abc`))).to.deep.equal([404, 'not-found']);
    expect(await typeOf(await fetch(clear.url + path))).to.deep.equal([404, 'not-found']);
  });

  it('have the same key as a license, by GET and by POST', async () => {
    const path = `/key/${CLIP_FILM}/license.json`;
    const raw = await bytesOf(await ask(`/key/${CLIP_FILM}/content.key`));
    const body = JSON.stringify({ kids: ['AAAAAAAAAAAAAAAAAAAAAA'], type: 'temporary' });
    for (const init of [{}, { method: 'POST', body }]) {
      const license = await jsonOf<License>(await ask(path, init));
      expect(license.type).to.equal('temporary');
      // Of both secrets, for whatever playlist it plays.
      expect(license.keys).to.have.length(2);
      expect(license.keys[0]?.kty).to.equal('oct');
      expect(Buffer.from(license.keys[0]?.k ?? '', 'base64url').equals(raw)).to.equal(true);
      expect(Buffer.from(license.keys[0]?.kid ?? '', 'base64url')).to.have.length(16);
    }
    expect((await fetch(service.url + path, { method: 'POST', body })).status).to.equal(403);
    const elsewhere = await ask(`${HLS}/master.m3u8`, { method: 'POST', body });
    expect([elsewhere.status, elsewhere.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, OPTIONS']);
    expect((await ask(path, { method: 'POST', body: 'x'.repeat(10_000) })).status).to.equal(413);
  });

  it('are all that there is of a film', async () => {
    for (const path of [
      `/media/${CLIP_FILM}`,
      `/media/${CLIP_FILM}?download=1`,
      `/stream/${CLIP_FILM}`,
      `/export/${CLIP_FILM}?format=mp4`,
      `/made/${CLIP_FILM}/${'a'.repeat(22)}.mp4`,
      `/dash/${CLIP_FILM}/manifest.mpd`,
    ]) {
      expect(await typeOf(await ask(path)), path).to.deep.equal([403, 'encrypted-only']);
    }
    const token = tokenOf();
    const play = await fetch(`${service.url}/~${token}/play/${CLIP_FILM}`, { redirect: 'manual' });
    expect(play.status).to.equal(307);
    expect(play.headers.get('location')).to.equal(`/~${token}${HLS}/master.m3u8`);
    const { addresses } = await jsonOf<ObjectInfo>(await ask(`/info/${CLIP_FILM}`));
    const open = addresses.filter((each) => !('problem' in each));
    expect(open.map(({ href }) => href.replace(/^\/~[^/]+|\?.*$/g, ''))).to.deep.equal([
      `${HLS}/master.m3u8`,
      `/image/${CLIP_FILM}`,
    ]);
    for (const path of [`/image/${CLIP_FILM}?t=1`, `/subtitles/${CLIP_FILM}/file-en.vtt`])
      expect((await ask(path)).status, path).to.equal(200);
  });

  it('are read by ffmpeg, every frame of a film and of a clip', async () => {
    const all = Array.from({ length: CLIP_FRAMES }, (_, i) => i);
    const rendition = addressIn(service, `${HLS}/copy/index.m3u8`);
    expect(await framesOf(rendition)).to.deep.equal(all);
    for (const { query, from, to } of CLIPS.slice(0, 1))
      expect(await framesOf(`${rendition}?${query}`)).to.deep.equal(all.slice(from, to));
  });

  it('are nothing by another key, and ffmpeg says so', async () => {
    const at = `${HLS}/copy/index.m3u8`;
    const whole = (name: string) => new URL(name, addressIn(service, at)).href;
    const playlist = (await (await ask(at)).text())
      .replaceAll(/^(?=\d+\.m4s)/gm, whole('.'))
      .replace(/(?<=MAP:URI=")/, whole('.'));
    const [name] = /(?<=KEY:.*URI=")[^"]+/.exec(playlist) ?? [''];
    for (const [key, isRight] of [
      [await keyOf(name), true],
      [randomBytes(16), false],
    ] as const) {
      await writeFile(join(derived, 'a.key'), key);
      await writeFile(join(derived, 'a.m3u8'), playlist.replaceAll(name, 'a.key'));
      const read = framesOf(join(derived, 'a.m3u8'), '-protocol_whitelist', 'file,http,tcp,crypto');
      const seen = await read.then(
        ({ length }) => length,
        (error: { readonly code?: number; readonly stderr?: string }) => error,
      );
      if (isRight) expect(seen).to.equal(CLIP_FRAMES);
      else expect(seen).to.include({ code: 1 }).and.property('stderr').matches(/./);
    }
  });

  async function framesOf(input: string, ...options: string[]): Promise<readonly number[]> {
    const file = join(derived, 'read.mkv');
    const shown = ['-an', '-fps_mode', 'passthrough', '-c:v', 'ffv1', file];
    await ffmpeg('-xerror', '-allowed_extensions', 'ALL', ...options, '-i', input, ...shown);
    return (await countedFrames(file)).map(({ number }) => number);
  }
});
