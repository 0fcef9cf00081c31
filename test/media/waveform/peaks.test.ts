import { execFile } from 'node:child_process';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import WaveformData from 'waveform-data';
import { waveformPng, waveformSvg } from '../../../functions/stream/media/waveform/draw-waveform.ts';
import { type PeaksInput, peaksOf } from '../../../functions/stream/media/waveform/peaks.ts';
import {
  waveformDat,
  waveformJson,
  waveformPeaks,
} from '../../../functions/stream/media/waveform/write-waveform.ts';

const STEREO: PeaksInput = {
  ...{ sampleRate: 8_000, samplesPerPixel: 3, sourceChannels: 2, split: false, mostPixels: 100 },
  tooMany: () => new Error('too many'),
};
/** Left and right of seven frames: two pixels of three, and one of a single frame. */
const FRAMES = [
  [100, 201],
  [-300, 100],
  [5, -6],
  [32_767, 32_767],
  [-32_768, -32_768],
  [0, 1],
  [-7, 0],
];

const bytes = (samples: readonly number[]) => Buffer.from(Int16Array.from(samples).buffer);
const read = (input: Partial<PeaksInput> = {}, chunkBytes = 1_000) => {
  const all = bytes(FRAMES.flat());
  const chunks: Buffer[] = [];
  for (let at = 0; at < all.length; at += chunkBytes) chunks.push(all.subarray(at, at + chunkBytes));
  return peaksOf(Readable.from(chunks, { objectMode: false }), { ...STEREO, ...input });
};

describe('the peaks of a waveform', () => {
  it('are the least and the greatest of each pixel, of a mix rounded towards zero', async () => {
    const { data, ...head } = await read();
    expect(head).to.deep.equal({ sampleRate: 8_000, samplesPerPixel: 3, channels: 1, length: 3 });
    expect([...data]).to.deep.equal([-100, 150, -32_768, 32_767, -3, -3]);
  });

  it('are those of each channel where it is split', async () => {
    const { data, channels } = await read({ split: true });
    expect(channels).to.equal(2);
    expect([...data]).to.deep.equal([-300, 100, -6, 201, -32_768, 32_767, -32_768, 32_767, -7, -7, 0, 0]);
  });

  it('are the same however the samples arrive', async () => {
    const whole = await read();
    for (const chunkBytes of [1, 3, 4, 7]) expect(await read({}, chunkBytes)).to.deep.equal(whole);
  });

  it('are those of a single channel, of an odd number of samples as well', async () => {
    const samples = FRAMES.flat();
    for (const samplesPerPixel of [1, 3, 4, 5, 100]) {
      const expected: number[] = [];
      for (let at = 0; at < samples.length; at += samplesPerPixel) {
        const pixel = samples.slice(at, at + samplesPerPixel);
        expected.push(Math.min(...pixel), Math.max(...pixel));
      }
      for (const chunkBytes of [1, 2, 6, 7, 10, 1_000]) {
        const { data } = await read({ sourceChannels: 1, samplesPerPixel }, chunkBytes);
        expect([...data]).to.deep.equal(expected);
      }
    }
  });

  it('are as many as are allowed', async () => {
    expect(await read({ mostPixels: 3 })).to.have.property('length', 3);
    const error = await read({ mostPixels: 2 }).catch((cause: Error) => cause.message);
    expect(error).to.equal('too many');
  });
});

describe('a waveform', () => {
  it('is read by waveform-data in both of its forms, with 8 bits divided towards zero', async () => {
    const peaks = await read({ split: true });
    const dat = waveformDat(peaks, 8);
    const forms = [
      WaveformData.create(JSON.parse(waveformJson(peaks, 8))),
      WaveformData.create(Uint8Array.from(dat).buffer),
    ];
    for (const form of forms) {
      expect([form.sample_rate, form.scale, form.length, form.channels, form.bits]).to.deep.equal([
        8_000, 3, 3, 2, 8,
      ]);
      expect(form.channel(0).min_array()).to.deep.equal([-1, -128, 0]);
      expect(form.channel(0).max_array()).to.deep.equal([0, 127, 0]);
    }
    const fine = WaveformData.create(JSON.parse(waveformJson(peaks, 16)));
    expect(fine.channel(1).max_array()).to.deep.equal([201, 32_767, 0]);
  });

  it('is written as plain peaks and as a drawing', async () => {
    const peaks = await read();
    expect(JSON.parse(waveformPeaks(peaks))).to.deep.equal({
      duration: 9 / 8_000,
      peaks: [[-0.0031, 0.0046, -1, 1, -0.0001, -0.0001]],
    });
    expect(waveformSvg(peaks, null)).to.equal(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.5 0 3 256" preserveAspectRatio="none">' +
        '<path d="M0 127V128M1 0V256M2 128V129" stroke="currentColor" fill="none"/></svg>\n',
    );
    expect(waveformSvg(peaks, 'ff8800')).to.include('stroke="#ff8800"');
  });

  it('is drawn as a PNG of one colour, channel below channel, as an independent decoder reads it', async () => {
    const peaks = await read({ split: true });
    const png = waveformPng(peaks, { height: 8, color: 'ff8800' });
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).to.deep.equal([3, 8]);
    const decoder = ['-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'];
    const child = execFile('/usr/bin/ffmpeg', ['-v', 'error', ...decoder], { encoding: 'buffer' });
    child.stdin?.end(png);
    const pixels = child.stdout ? await buffer(child.stdout) : Buffer.alloc(0);
    const drawn = Array.from({ length: 8 }, (_, row) =>
      Array.from({ length: 3 }, (_, x) => pixels.toString('hex', 4 * (3 * row + x), 4 * (3 * row + x) + 4)),
    );
    const [on, off] = ['ff8800ff', 'ff880000'];
    const channel = [
      [off, on, off],
      [off, on, off],
      [on, on, on],
      [off, on, off],
    ];
    expect(drawn).to.deep.equal([...channel, ...channel]);
  });
});
