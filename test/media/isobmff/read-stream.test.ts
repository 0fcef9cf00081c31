import { Readable } from 'node:stream';
import { expect } from 'chai';
import { readBoxes } from '../../../functions/stream/media/boxes/box-stream.ts';
import { box } from '../../../functions/stream/media/boxes/write-box.ts';
import { fragment, initSegment } from '../../../functions/stream/media/isobmff/fragment-boxes.ts';
import { readStream } from '../../../functions/stream/media/isobmff/read-stream.ts';
import type { Packet, PacketTrack } from '../../../functions/stream/media/model/packets.ts';
import { problemOf } from '../../../testing/problem.ts';

const TRACK: PacketTrack = {
  kind: 'video',
  timescale: 25,
  sampleEntry: box('avc1', Buffer.alloc(78)),
  language: 'und',
  width: 16,
  height: 16,
  matrix: null,
  delaySeconds: 3,
  mediaTime: 2,
  durationTicks: null,
  packets: (async function* () {})(),
};

const packet = (dts: number, pts: number): Packet => ({
  data: Buffer.alloc(dts + 1, dts + 1),
  dts,
  pts,
  duration: 1,
  isSync: dts === 0,
});
const PACKETS = [packet(0, 2), packet(1, 5), packet(2, 3), packet(3, 4)];
const BYTES = Buffer.concat([
  initSegment([TRACK]),
  ...fragment(1, [{ trackId: 1, packets: PACKETS.slice(0, 3) }]),
  ...fragment(2, [{ trackId: 1, packets: PACKETS.slice(3) }]),
]);

async function* extents(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('readStream', () => {
  it('leaves out the bitrate of a stretch', async () => {
    const fields = Buffer.alloc(78);
    const [colour, aspect] = [box('colr', Buffer.alloc(11, 1)), box('pasp', Buffer.alloc(8, 1))];
    const sampleEntry = box('avc1', fields, colour, box('btrt', Buffer.alloc(12, 7)), aspect);
    const bytes = Buffer.concat([
      initSegment([{ ...TRACK, sampleEntry }]),
      ...fragment(1, [{ trackId: 1, packets: PACKETS }]),
    ]);
    const stream = await readStream(extents(bytes, 1000));
    expect(stream.sampleEntry.equals(box('avc1', fields, colour, aspect))).to.equal(true);
  });

  for (const size of [1, 7, 64, 10_000]) {
    it(`reads a fragmented MP4 in chunks of ${size} bytes`, async () => {
      const stream = await readStream(extents(BYTES, size));
      expect(stream.sampleEntry).to.deep.equal(TRACK.sampleEntry);
      expect(stream.timescale).to.equal(25);
      expect(stream.delaySeconds).to.equal(3);
      expect(stream.mediaTime).to.equal(2);
      const samples = await Readable.from(stream.samples).toArray();
      expect(samples).to.deep.equal(
        PACKETS.map(({ data, dts, pts, duration, isSync }) => ({
          data,
          decodeTime: dts,
          compositionOffset: pts - dts,
          duration,
          isSync,
        })),
      );
    });
  }

  it('gives a sample as soon as its fragment is there', async () => {
    const end = BYTES.length - 4;
    const source = async function* () {
      yield BYTES.subarray(0, end);
      throw new Error('asked for more than it needs');
    };
    const { samples } = await readStream(source());
    for (const { data } of PACKETS.slice(0, 3))
      expect((await samples.next()).value?.data).to.deep.equal(data);
    const failure = await samples.next().catch((error: Error) => error.message);
    expect(failure).to.equal('asked for more than it needs');
  });

  it('tells a stream that ends within a box, before its head, or in a head that is none', async () => {
    const { samples } = await readStream(extents(BYTES.subarray(0, BYTES.length - 1), 100));
    expect((await problemOf(Readable.from(samples).toArray())).type).to.equal('damaged-media');
    for (const bytes of [Buffer.alloc(0), BYTES.subarray(0, 20), Buffer.from('no MP4 at all')]) {
      expect((await problemOf(readStream(extents(bytes, 5)))).type).to.equal('damaged-media');
    }
    const empty = Buffer.concat([box('ftyp', Buffer.from('iso6\0\0\0\0')), box('moov', Buffer.alloc(0))]);
    expect((await problemOf(readStream(extents(empty, 50)))).type).to.equal('damaged-media');
  });

  it('ends the producer of bytes without a head', async () => {
    for (const bytes of [Buffer.from('no MP4 at all'), box('moov', Buffer.alloc(0))]) {
      let hasEnded = false;
      const endless = async function* () {
        try {
          yield bytes;
          for (;;) yield box('free', Buffer.alloc(100));
        } finally {
          hasEnded = true;
        }
      };
      expect((await problemOf(readStream(endless()))).type).to.equal('damaged-media');
      expect(hasEnded).to.equal(true);
    }
  });
});

describe('readBoxes', () => {
  it('gives nothing of nothing', async () => {
    expect(await Readable.from(readBoxes(extents(Buffer.alloc(0), 1))).toArray()).to.deep.equal([]);
  });

  it('refuses a box without a plain size', async () => {
    for (const size of [0, 1, 7, 0x7fff_ffff]) {
      const bytes = box('mdat', Buffer.alloc(30));
      bytes.writeUInt32BE(size, 0);
      const failure = await problemOf(Readable.from(readBoxes(extents(bytes, 8))).toArray());
      expect(failure.type).to.equal('damaged-media');
    }
  });
});
