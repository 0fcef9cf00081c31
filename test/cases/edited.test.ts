import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Box, childBoxes, findBox } from '../../functions/stream/media/boxes/boxes.ts';
import { box, fullBox, uint32 } from '../../functions/stream/media/boxes/write-box.ts';
import { beepsOf, flashesOf } from '../../testing/beeps.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { FOR_ANY_PAGE, watch } from '../../testing/media-element.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

type Edit = { readonly seconds: number; readonly from: number | null; readonly rate: number };

/** Some seconds of a movie from a time of it on; `from` is null where nothing is shown, `rate` 0 where a frame stands. */
const part = (seconds: number, from: number | null, rate = 1): Edit => ({ seconds, from, rate });

const TWO = [part(2, 0), part(3, 4.6)];

/** What is shown of the video, and of the audio if that differs. */
const FILMS: readonly (readonly [string, string, readonly Edit[], (readonly Edit[])?])[] = [
  ['two', 'has two parts, of which one begins within a group of pictures', TWO],
  ['gap', 'shows nothing new in a gap', [part(2, 0), part(1, null), part(3, 3)]],
  ['back', 'has parts out of their order, and again', [part(2, 4), part(2, 1), part(1, 4)]],
  ['dwell', 'stands still', [part(2, 0), part(1, 2.2, 0), part(2, 5)]],
  ['seen', 'has parts of the video alone', TWO, [part(5, 0)]],
  ['heard', 'has parts of the audio alone', [part(5, 0)], TWO],
  [
    'both',
    'joins video and audio at different times',
    [part(3, 0.2), part(2, 5.2)],
    [part(1, 0.2), part(2, 1.2), part(0.5, null), part(1.5, 5.72)],
  ],
];

describe('cases: movies that show parts of their samples', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  /** Marks of the whole film, before its parts were chosen. */
  let marks: { readonly video: readonly number[]; readonly audio: readonly number[] };
  let whole: Buffer;
  let fragments: Buffer;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-edited-'));
    service = await startService({ MEDIA_DIR: folder, ...FOR_ANY_PAGE });
    const flash = "drawbox=enable='lt(mod(n-12,25),2)':c=white:t=fill";
    const beep = "volume=volume=0:enable='not(between(mod(t,1),0.48,0.56))'";
    const film = ['-f', 'lavfi', '-i', `testsrc2=s=160x96:r=25:d=8,eq=brightness=-0.4,${flash}`];
    const tone = ['-f', 'lavfi', '-i', `aevalsrc=0.8*sin(6283*t):d=8:s=48000,${beep}`];
    const path = join(folder, 'whole.mp4');
    // The flashes change the scene, and are keyframes.
    const video = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '50'];
    await ffmpeg(...film, ...tone, ...video, '-c:a', 'aac', path);
    whole = await readFile(path);
    const split = join(folder, 'split.mp4');
    const movie = ['-c', 'copy', '-movflags', '+frag_keyframe+delay_moov+default_base_moof'];
    await ffmpeg('-i', path, ...movie, split);
    fragments = await readFile(split);
    marks = { video: await flashesOf(path), audio: await beepsOf(path) };
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const [name, about, video, audio = video] of FILMS) {
    it(about, async () => {
      await writeFile(join(folder, `${name}.mp4`), withEdits(whole, { vide: video, soun: audio }));
      const flashes = shownAt(marks.video, video);
      const beeps = shownAt(marks.audio, audio);
      const [stream, hls] = [`${service.url}/stream/${name}.mp4`, `${service.url}/hls/${name}.mp4`];
      const small = `${stream}?format=mp4&height=48`;
      const [seen, heard] = await Promise.all([flashesOf(small), beepsOf(small)]);
      expectNear(seen, later(flashes), FRAME / 2);
      expectNear(heard, later(beeps), PACKET / 2);
      const master = await (await fetch(`${hls}/master.m3u8`)).text();
      const rendition = /^(\d+p|copy)\/index\.m3u8$/m.exec(master)?.[0];
      expectNear(await flashesOf(`${hls}/${rendition}`), flashes, 1e-3);
      expectNear(await beepsOf(`${hls}/audio-0/index.m3u8`), later(beeps), PACKET / 2);
    });
  }

  it('starts within a film of parts', async () => {
    const edits = [part(2, 0), part(1, null), part(3, 3)];
    await writeFile(join(folder, 'start.mp4'), withEdits(whole, { vide: edits, soun: edits }));
    const behind = (times: readonly number[]) => shownAt(times, edits).filter((at) => at > 1.25);
    const path = `${service.url}/stream/start.mp4?format=mp4&height=48&start=1.25`;
    expectNear(await flashesOf(path), later(behind(marks.video), -1.25), FRAME / 2);
    expectNear(await beepsOf(path), later(behind(marks.audio), -1.25), PACKET / 2);
  });

  it('begins parts within open groups of HEVC', async () => {
    const path = join(folder, 'open.mp4');
    const groups = 'log-level=none:keyint=40:open-gop=1:bframes=4';
    await ffmpeg('-i', join(folder, 'whole.mp4'), '-c:v', 'libx265', '-x265-params', groups, '-an', path);
    const edits = [part(2, 5.2), part(2, 2), part(1.52, 3.6)];
    await writeFile(path, withEdits(await readFile(path), { vide: edits }));
    const flashes = shownAt(marks.video, edits);
    expectNear(await flashesOf(`${service.url}/stream/open.mp4?format=mp4&height=48`), flashes, FRAME / 2);
  });

  it('sends no film as it is that each player shows differently', async () => {
    await writeFile(join(folder, 'sent.mp4'), withEdits(whole, { vide: TWO, soun: TWO }));
    const { headers } = await fetch(`${service.url}/stream/sent.mp4`, { method: 'HEAD' });
    expect(headers.get('sluice-plan')).to.match(/^transcode.*audio=aac.*its edit list shows several parts/);
    expect(headers.get('sluice-plan')).to.match(/video=h264:96/);
  });

  // Chromium counts it into the duration, and Firefox shows it.
  it('sends nothing that an edit list hides in front', async () => {
    const edits = [part(4, 2.2)];
    await writeFile(join(folder, 'trimmed.mp4'), withEdits(whole, { vide: edits, soun: edits }));
    const path = `${service.url}/stream/trimmed.mp4?format=mp4&duration=3`;
    const { headers } = await fetch(path, { method: 'HEAD' });
    expect(headers.get('sluice-plan')).to.match(/video=h264:96; audio=aac; .*its edit list hides samples/);
    const first = (times: readonly number[]) => later(shownAt(times, edits).filter((at) => at < 3));
    expectNear(await flashesOf(path), first(marks.video), FRAME / 2);
    expectNear(await beepsOf(path), first(marks.audio), PACKET / 2);
  });

  // Of fragments, ffmpeg and browsers read only where the list begins.
  it('shows nothing that an edit list hides in front of fragments', async () => {
    const path = join(folder, 'fragments.mp4');
    const movie = ['-c', 'copy', '-movflags', '+frag_keyframe+delay_moov'];
    await ffmpeg('-ss', '0.72', '-i', join(folder, 'whole.mp4'), ...movie, path);
    const info = JSON.parse(await (await fetch(`${service.url}/info/fragments.mp4`)).text());
    expect(info.media.durationSeconds).to.be.closeTo(7.28, 0.03);
    const behind = (times: readonly number[]) => times.filter((at) => at > 0.72).map((at) => at - 0.72);
    const [stream, hls] = [`${service.url}/stream/fragments.mp4`, `${service.url}/hls/fragments.mp4`];
    const master = await (await fetch(`${hls}/master.m3u8`)).text();
    const rendition = /^(\d+p|copy)\/index\.m3u8$/m.exec(master)?.[0];
    for (const [address, start] of [
      [stream, 0],
      [`${stream}?format=mp4&height=48`, 0],
      [`${stream}?format=mp4&height=48&start=1`, 1],
    ] as const) {
      const rest = (times: readonly number[]) =>
        behind(times)
          .filter((at) => at > start)
          .map((at) => at - start);
      expectNear(await flashesOf(address), later(rest(marks.video)), FRAME / 2 + 1e-3);
      expectNear(await beepsOf(address), later(rest(marks.audio)), PACKET / 2);
    }
    expectNear(await flashesOf(`${hls}/${rendition}`), behind(marks.video), 1e-3);
    expectNear(await beepsOf(`${stream}?format=wav`), behind(marks.audio), PACKET / 2);
  });

  // Of fragments, ffmpeg reads no other part of an edit list.
  for (const [about, edits, prerollPackets] of [
    ['the end of what they have', [part(3.4, 0)], 0],
    // Copied audio has the packets of its decoder before it, of which one is priming anyhow.
    ['both ends of it', [part(3, 1.28)], 1],
    ['several parts of it', [part(2, 0), part(1, null), part(3, 3)], 0],
    ['what comes later', [part(0.4, null), part(3, 2.2)], 0],
  ] as const) {
    it(`shows as much of fragments as an edit list tells: ${about}`, async () => {
      const heard = edits.length === 1 ? edits : [part(1, null), ...edits.slice(1)];
      const late = edits[0].from === null ? 0.4 : 0;
      await writeFile(join(folder, 'shown.mp4'), withEdits(fragments, { vide: edits, soun: heard }));
      const flashes = shownAt(marks.video, edits).map((at) => at - late);
      const beeps = shownAt(marks.audio, heard).map((at) => at - late);
      const [stream, hls] = [`${service.url}/stream/shown.mp4`, `${service.url}/hls/shown.mp4`];
      for (const address of [stream, `${stream}?format=mp4&height=48`]) {
        expectNear(await flashesOf(address), later(flashes), FRAME / 2 + 1e-3);
        expectNear(await beepsOf(address), later(beeps), PACKET / 2);
      }
      const rest = (times: readonly number[]) => times.filter((at) => at > 1.6).map((at) => at - 1.6);
      expectNear(await flashesOf(`${stream}?height=48&start=1.6`), later(rest(flashes)), FRAME / 2 + 1e-3);
      expectNear(await beepsOf(`${stream}?height=48&start=1.6`), later(rest(beeps)), PACKET / 2);
      const master = await (await fetch(`${hls}/master.m3u8`)).text();
      const rendition = /^(\d+p|copy)\/index\.m3u8$/m.exec(master)?.[0];
      expectNear(await flashesOf(`${hls}/${rendition}`), flashes, 1e-3);
      expectNear(
        await beepsOf(`${hls}/audio-0/index.m3u8`),
        later(beeps, prerollPackets * PACKET),
        PACKET / 2,
      );
    });
  }

  it('begins fragments where they are heard, and not with the priming of their audio', async () => {
    const address = `${service.url}/stream/split.mp4?format=mp4&height=48`;
    const rest = (times: readonly number[], from: number) =>
      times.filter((at) => at > from).map((at) => at - from);
    for (const [query, from] of [
      ['', 0],
      ['&start=1.6', 1.6],
    ] as const) {
      expectNear(await flashesOf(address + query), later(rest(marks.video, from)), FRAME / 2 + 1e-3);
      expectNear(await beepsOf(address + query), later(rest(marks.audio, from)), PACKET / 4);
    }
  });

  it('shows all behind the beginning of an edit without a length', async () => {
    const edits = [part(0, 1.2)];
    await writeFile(join(folder, 'open-end.mp4'), withEdits(whole, { vide: edits, soun: edits }));
    const all = [part(6.8, 1.2)];
    const stream = `${service.url}/stream/open-end.mp4?format=mp4&height=48`;
    expectNear(await flashesOf(stream), later(shownAt(marks.video, all)), FRAME / 2);
    expectNear(await beepsOf(stream), later(shownAt(marks.audio, all)), PACKET / 2);
  });

  // Firefox plays all samples of a file, and Chromium all of one in fragments.
  for (const [about, edits] of [
    ['in front', [part(3, 2.2)]],
    ['at the end', [part(3, 0)]],
  ] as const) {
    it(`sends what browsers play for as long as the edit list shows it: hidden ${about}`, async function () {
      needs(this, 'chromium', 'firefox');
      const browsers = [await launchBrowser(), await launchFirefox()];
      try {
        for (const browser of browsers) {
          const page = await browser.newPage();
          for (const [layout, bytes] of [
            ['plain', whole],
            ['split', fragments],
          ] as const) {
            const name = `${layout}-hidden.mp4`;
            await writeFile(join(folder, name), withEdits(bytes, { vide: edits, soun: edits }));
            const { currentTime, ended } = await watch(page, `${service.url}/stream/${name}`, 'end');
            expect(ended, name).to.equal(true);
            expect(currentTime, name).to.be.closeTo(3, 0.1);
          }
        }
      } finally {
        for (const browser of browsers) await browser.close();
      }
    });
  }

  it('shows as the last image one that the edit list shows', async () => {
    const edits = [part(2.48, 0)];
    await writeFile(join(folder, 'last.mp4'), withEdits(whole, { vide: edits, soun: edits }));
    // The flash follows.
    for (const t of ['2.47', '2.48', '60']) {
      const image = join(folder, 'last.png');
      const answer = await fetch(`${service.url}/image/last.mp4?t=${t}&format=png`);
      await writeFile(image, Buffer.from(await answer.arrayBuffer()));
      expect(await flashesOf(image), t).to.deep.equal([]);
    }
  });

  it('lists no audio that its edit list plays at another speed, and says why', async () => {
    const fast = [part(2, 0), part(2, 3, 2)];
    await writeFile(join(folder, 'fast.mp4'), withEdits(whole, { vide: fast, soun: fast }));
    const info = await (await fetch(`${service.url}/info/fast.mp4`)).text();
    expect(info).to.include('The edit list of this track plays its audio at another speed.');
    const master = await (await fetch(`${service.url}/hls/fast.mp4/master.m3u8`)).text();
    expect(master).not.to.include('audio-0');
    const video = await flashesOf(`${service.url}/stream/fast.mp4?format=mp4&height=48`);
    expectNear(video, [0.48, 1.48, 2.24, 2.74, 3.24, 3.74], FRAME / 2 + 1e-3);
  });
});

const FRAME = 0.04;
const PACKET = 1024 / 48_000;
/** Returns times as Debian's ffmpeg counts them: with the encoder's priming, which is before zero. */
const later = (times: readonly number[], by = 0) => times.map((time) => time + PACKET + by);

/** Returns when marks of the whole film are shown. */
function shownAt(times: readonly number[], edits: readonly Edit[]): readonly number[] {
  let at = 0;
  return edits.flatMap(({ seconds, from, rate }) => {
    const start = at;
    at += seconds;
    if (from === null || rate === 0) return [];
    return times.filter((time) => time >= from && time < from + seconds).map((time) => start + time - from);
  });
}

function withEdits(file: Buffer, lists: Readonly<Record<string, readonly Edit[]>>): Buffer {
  const moov = findBox(file, { body: 0, end: file.length }, 'moov');
  const isBefore = moov !== null && findBox(file, { body: moov.end, end: file.length }, 'moof') !== null;
  if (moov === null || (moov.end !== file.length && !isBefore)) throw new Error('Offsets would change.');
  const mvhd = findBox(file, moov, 'mvhd');
  const clock = file.readUInt32BE((mvhd?.body ?? 0) + 12);
  const children = (parent: Box, change: (child: Box) => Buffer) =>
    [...childBoxes(file, parent.body, parent.end)].map(change);
  const same = ({ start, end }: Box) => file.subarray(start, end);
  const traks = children(moov, (trak) => {
    if (trak.type !== 'trak') return same(trak);
    const [mdia, edts] = [findBox(file, trak, 'mdia'), findBox(file, trak, 'edts')];
    const mdhd = mdia && findBox(file, mdia, 'mdhd');
    const elst = edts && findBox(file, edts, 'elst');
    if (!mdhd || !elst) throw new Error('ffmpeg writes an edit list.');
    const [timescale, zero] = [file.readUInt32BE(mdhd.body + 12), file.readInt32BE(elst.body + 12)];
    const hdlr = mdia && findBox(file, mdia, 'hdlr');
    const edits = lists[file.toString('latin1', (hdlr?.body ?? 0) + 8, (hdlr?.body ?? 0) + 12)] ?? [];
    const entries = edits.map(({ seconds, from, rate }) => {
      const mediaTime = from === null ? -1 : zero + Math.round(from * timescale);
      return uint32(Math.round(seconds * clock), mediaTime, rate * 0x10000);
    });
    const list = box('edts', fullBox('elst', 0, 0, uint32(edits.length), ...entries));
    return box('trak', ...children(trak, (child) => (child.type === 'edts' ? list : same(child))));
  });
  return Buffer.concat([file.subarray(0, moov.start), box('moov', ...traks), file.subarray(moov.end)]);
}

function expectNear(found: readonly number[], wanted: readonly number[], most: number): void {
  const about = `${found.join(' ')}, wanted ${wanted.join(' ')}`;
  expect(found, about).to.have.length(wanted.length);
  for (const [i, time] of found.entries()) expect(time, about).to.be.closeTo(wanted[i] ?? 0, most);
}
