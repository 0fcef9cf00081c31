import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CLIP_FILM, CLIPS, makeClipFilm } from '../../testing/clip-film.ts';
import { addressIn, startEncrypted, tokenOf } from '../../testing/encrypted.ts';
import { needs } from '../../testing/needs.ts';
import { readMedia } from '../../testing/playlists.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg, ffmpegOutput } from '../../testing/verify.ts';

const HLS = `/hls/${CLIP_FILM}`;

describe('encrypted samples (cbcs)', function () {
  this.timeout(120_000);
  let media: string;
  let derived: string;
  let clear: Service;
  let service: Service;
  let key: string;

  before(async function () {
    needs(this, 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-samples-'));
    derived = await mkdtemp(join(tmpdir(), 'sluice-samples-derived-'));
    await makeClipFilm(media);
    const places = { MEDIA_DIR: media, DERIVED_DIR: derived };
    clear = await startService(places);
    service = await startEncrypted('cbcs', places);
    const response = await fetch(addressIn(service, `/key/${CLIP_FILM}/content.key`));
    key = Buffer.from(await response.arrayBuffer()).toString('hex');
  });

  after(async () => {
    await clear?.close();
    await service?.close();
    for (const folder of [media, derived]) if (folder) await rm(folder, { recursive: true, force: true });
  });

  const bytesOf = async (address: string) => {
    const response = await fetch(address);
    expect(response.status, address).to.equal(200);
    return Buffer.from(await response.arrayBuffer());
  };

  /** Writes a rendition's init segment and segments as one file. */
  async function joined(at: string, name: string): Promise<string> {
    const { segments } = readMedia((await bytesOf(at)).toString());
    const addresses = [segments[0]?.map.uri ?? '', ...segments.map(({ uri }) => uri)];
    const parts: Buffer[] = [];
    for (const address of addresses) parts.push(await bytesOf(new URL(address, at).href));
    const path = join(derived, name);
    await writeFile(path, Buffer.concat(parts));
    return path;
  }

  for (const rendition of ['copy', '240p', 'audio-0', `copy?${CLIPS[0]?.query}`]) {
    it(`are the clear ones of ${rendition}, by the key, for ffmpeg`, async () => {
      const [id, query = ''] = rendition.split('?');
      const path = `${HLS}/${id}/index.m3u8?${query}`;
      const own = await joined(clear.url + path, 'clear.mp4');
      const sent = await joined(addressIn(service, path), 'encrypted.mp4');
      const packets = async (...input: string[]) => {
        const output = [...input, '-map', '0', '-c', 'copy', '-f', 'framehash', '-hash', 'md5', '-'];
        // The first packet also carries the box that names the key.
        return (await ffmpegOutput(...output))
          .toString()
          .replaceAll(/, S=1,.*/g, '')
          .split('\n');
      };
      // Debian's ffmpeg loses its place among the fragments of a file in which it can seek.
      const inOrder = ['-seekable', '0'];
      const wanted = await packets('-i', own);
      const opened = await packets(...inOrder, '-decryption_key', key, '-i', sent);
      expect(opened.find((line, i) => line !== wanted[i]) ?? null).to.equal(null);
      expect(opened.length).to.equal(wanted.length);
      expect(await packets('-i', sent)).to.not.deep.equal(wanted);
    });
  }

  it('are not those of HEVC, which is encoded', async () => {
    const video = ['-f', 'lavfi', '-i', 'testsrc2=s=480x270:r=25', '-t', '3', '-pix_fmt', 'yuv420p'];
    const coding = [
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=error',
      '-preset',
      'ultrafast',
      '-tag:v',
      'hvc1',
    ];
    await ffmpeg(...video, ...coding, join(media, 'hevc.mp4'));
    const master = '/hls/hevc.mp4/master.m3u8';
    expect((await bytesOf(clear.url + master)).toString()).to.contain('hvc1');
    const own = (await bytesOf(`${service.url}/~${tokenOf('hevc.mp4')}${master}`)).toString();
    expect(own).to.contain('avc1').and.not.contain('hvc1');
  });

  it('are nothing by another key, and ffmpeg says so', async () => {
    const sent = await joined(addressIn(service, `${HLS}/copy/index.m3u8`), 'encrypted.mp4');
    const wrong = 'f'.repeat(32);
    const reading = ffmpegOutput(
      '-xerror',
      '-seekable',
      '0',
      '-decryption_key',
      wrong,
      '-i',
      sent,
      '-f',
      'null',
      '-',
    );
    const error: { readonly code?: number; readonly stderr?: unknown } = await reading.then(
      () => ({}),
      (failure: object) => failure,
    );
    expect(error.code).to.be.above(0);
    expect(String(error.stderr)).to.match(/error while decoding|Invalid data|corrupted|decode/i);
  });

  it('have their key in playlists and manifests, by its address alone', async () => {
    const playlist = (await bytesOf(addressIn(service, `${HLS}/copy/index.m3u8`))).toString();
    expect(playlist.match(/^#EXT-X-KEY:.*$/gm)).to.have.length(1);
    expect(playlist).to.match(
      /^#EXT-X-KEY:METHOD=SAMPLE-AES,URI="(\.\.\/){3}key\/film\.mp4\/content\.key\?v=[\w-]{12}",KEYFORMAT="identity"/m,
    );
    const address = addressIn(service, `/dash/${CLIP_FILM}/manifest.mpd`);
    const manifest = (await bytesOf(address)).toString();
    expect(manifest.match(/value="cbcs" cenc:default_KID="[\da-f-]{36}"/g)).to.have.length.above(1);
    // A token of a second later is another.
    const [token] = /~[^/]+/.exec(address) ?? [];
    expect(manifest).to.contain(`>/${token}/key/film.mp4/license.json?v=`);
    for (const text of [playlist, manifest]) expect(text).to.not.contain(key);
  });

  it('are all that there is of a film', async () => {
    for (const word of ['media', 'stream', 'export', 'play']) {
      const response = await fetch(addressIn(service, `/${word}/${CLIP_FILM}`), { redirect: 'manual' });
      expect(response.status, word).to.equal(403);
      expect(await response.json()).to.include({ type: 'urn:sluice:problem:encrypted-only' });
    }
  });
});
