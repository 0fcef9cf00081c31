import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Box, childBoxes, findBox } from '../../functions/stream/media/boxes/boxes.ts';
import { box, fullBox, uint32 } from '../../functions/stream/media/boxes/write-box.ts';
import { beepsOf, flashesOf } from '../../testing/beeps.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

describe('cases: movies that show parts of their samples', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-edited-'));
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('has each part once, where its edit list has it', async () => {
    const flash = "drawbox=enable='lt(mod(n-12,25),2)':c=white:t=fill";
    const beep = "volume=volume=0:enable='not(between(mod(t,1),0.48,0.56))'";
    const film = ['-f', 'lavfi', '-i', `color=black:s=160x96:r=25:d=8,${flash}`];
    const tone = ['-f', 'lavfi', '-i', `aevalsrc=0.8*sin(6283*t):d=8:s=48000,${beep}`];
    const path = join(folder, 'film.mp4');
    await ffmpeg(
      ...film,
      ...tone,
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
      '-g',
      '50',
      ...AT_PARTS,
      '-c:a',
      'aac',
      path,
    );
    await writeFile(path, withEdits(await readFile(path), [parts(0, 2), parts(4, 7)]));
    const times = [0.48, 1.48, 2.48, 3.48, 4.48];
    // A copy would have what lies before and after the parts.
    for (const path of ['/stream/film.mp4?format=mp4&height=48', '/hls/film.mp4/audio-0/index.m3u8'])
      expectNear(await beepsOf(`${service.url}${path}`), times);
    expectNear(await flashesOf(`${service.url}/stream/film.mp4?format=mp4&height=48`), times);
    const { headers } = await fetch(`${service.url}/stream/film.mp4?format=mp4&height=48`, {
      method: 'HEAD',
    });
    expect(headers.get('sluice-plan')).to.match(/audio=aac/);
  });
});

/** Parts begin at keyframes. */
const AT_PARTS = ['-sc_threshold', '0'];

/** Seconds of a movie. */
const parts = (from: number, to: number) => ({ from, to });

function withEdits(file: Buffer, edits: readonly { readonly from: number; readonly to: number }[]): Buffer {
  const moov = findBox(file, { body: 0, end: file.length }, 'moov');
  if (moov === null || moov.end !== file.length) throw new Error('The index must be at the end.');
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
    const entries = edits.map(({ from, to }) =>
      uint32((to - from) * clock, zero + from * timescale, 0x10000),
    );
    const list = box('edts', fullBox('elst', 0, 0, uint32(edits.length), ...entries));
    return box('trak', ...children(trak, (child) => (child.type === 'edts' ? list : same(child))));
  });
  return Buffer.concat([file.subarray(0, moov.start), box('moov', ...traks)]);
}

function expectNear(found: readonly number[], wanted: readonly number[]): void {
  expect(found, found.join(' ')).to.have.length(wanted.length);
  for (const [i, time] of found.entries()) expect(time, found.join(' ')).to.be.closeTo(wanted[i] ?? 0, 0.065);
}
