import { expect } from 'chai';
import { childBoxes, findBox } from '../../../functions/stream/media/boxes/boxes.ts';
import { box } from '../../../functions/stream/media/boxes/write-box.ts';
import { describeMovie, tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { timelineOf } from '../../../functions/stream/media/isobmff/timeline.ts';
import {
  padFirstFragments,
  writeFragmentedMp4,
} from '../../../functions/stream/media/isobmff/write-fragmented.ts';
import type { Packet, PacketTrack } from '../../../functions/stream/media/model/packets.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { avc1, mp4a } from '../../../testing/movie-file.ts';
import { IMAGE_CODECS } from '../../../testing/packet-track.ts';
import { pattern } from '../../../testing/sources.ts';

type Asked = { packets: number; closed: boolean };

const inOrder: (i: number) => number = () => 0;

/** Yields packets of 40 ticks, a keyframe every `gop`; counts the requested ones. */
function packets(count: number, { gop = 25, bytes = 10, offset = inOrder, asked = newAsked() } = {}) {
  return (async function* (): AsyncGenerator<Packet, void, void> {
    try {
      for (let i = 0; i < count; i++) {
        asked.packets++;
        const dts = i * 40;
        yield { data: pattern(bytes, i), dts, pts: dts + offset(i), duration: 40, isSync: i % gop === 0 };
      }
    } finally {
      asked.closed = true;
    }
  })();
}

const newAsked = (): Asked => ({ packets: 0, closed: false });

const track = (over: Partial<PacketTrack> = {}): PacketTrack => ({
  ...IMAGE_CODECS,
  packets: packets(50),
  ...over,
});

const audio = (over: Partial<PacketTrack> = {}) =>
  track({ kind: 'audio', sampleEntry: mp4a(), width: 0, height: 0, ...over });

async function written(tracks: readonly PacketTrack[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of writeFragmentedMp4(tracks)) parts.push(part);
  return Buffer.concat(parts);
}

async function movieIn(bytes: Buffer) {
  const movie = await readMovie(bytesAccess(bytes));
  if (movie === null) throw new Error('What was written is no movie.');
  return movie;
}

/** Returns the decode times, in ticks, at which the fragments of the first track begin. */
function fragmentStarts(bytes: Buffer): number[] {
  return [...childBoxes(bytes, 0, bytes.length)].flatMap((box) => {
    const tfdt = box.type === 'moof' ? findBox(bytes, box, 'traf', 'tfdt') : null;
    return tfdt === null ? [] : [Number(bytes.readBigUInt64BE(tfdt.body + 4))];
  });
}

describe('a fragmented MP4', () => {
  it('reads back as what went in', async () => {
    const offset = (i: number) => [80, 0, -40, 40][i % 4] ?? 0;
    const matrix = Buffer.alloc(36, 1);
    const bytes = await written([
      track({
        packets: packets(50, { offset }),
        matrix,
        delaySeconds: 0.5,
        mediaTime: 80,
        durationTicks: 1920,
      }),
      audio({ packets: packets(40, { gop: 1, bytes: 3 }), language: 'deu', durationTicks: 1600 }),
    ]);
    const movie = await movieIn(bytes);
    const [film, heard] = movie.tracks;
    if (!film || !heard) throw new Error('Tracks are missing.');
    expect(film.matrix).to.deep.equal(matrix);
    expect(film.entry?.bytes).to.deep.equal(avc1());
    expect([film.language, heard.language]).to.deep.equal(['eng', 'deu']);
    expect([film.width, film.height]).to.deep.equal([854, 480]);
    expect(timelineOf(movie, film)).to.deep.include({ delaySeconds: 0.5, mediaTime: 80, isComplex: false });
    expect(heard.edits).to.have.length(0);
    expect(movie.fragments?.durationTicks).to.equal(Math.round((0.5 + 1.92) * movie.timescale));
    const table = tableOf(movie, film);
    expect(table && [...table.decodeTimes]).to.deep.equal(Array.from({ length: 50 }, (_, i) => i * 40));
    expect(table && [...table.compositionOffsets]).to.deep.equal(
      Array.from({ length: 50 }, (_, i) => offset(i)),
    );
    expect(table && [...table.sync]).to.deep.equal(
      Array.from({ length: 50 }, (_, i) => Number(i % 25 === 0)),
    );
    for (const [i, at] of [...(table?.offsets ?? [])].entries()) {
      expect(bytes.subarray(at, at + 10), `sample ${i}`).to.deep.equal(pattern(10, i));
    }
    const media = describeMovie(movie);
    expect(media.tracks.map(({ durationSeconds }) => durationSeconds)).to.deep.equal([1.96, 1.6]);
  });

  it('leaves the length open if one is unknown', async () => {
    const movie = await movieIn(
      await written([track(), audio({ durationTicks: 1600, packets: packets(40) })]),
    );
    expect(movie.fragments?.durationTicks).to.equal(null);
  });

  it('begins early, and a new fragment at each keyframe or second', async () => {
    const often = await written([track({ packets: packets(50, { gop: 10 }) })]);
    expect(fragmentStarts(often)).to.deep.equal([0, 280, 400, 800, 1200, 1600]);
    const seldom = await written([track({ packets: packets(100, { gop: 60 }) })]);
    expect(fragmentStarts(seldom)).to.deep.equal([0, 280, 1280, 2280, 2400, 3400]);
  });

  it('has the audio of the same stretch in each fragment', async () => {
    const bytes = await written([track(), audio({ packets: packets(50, { gop: 1 }) })]);
    for (const box of childBoxes(bytes, 0, bytes.length)) {
      if (box.type !== 'moof') continue;
      const times = [...childBoxes(bytes, box.body, box.end)].flatMap((traf) => {
        const tfdt = traf.type === 'traf' ? findBox(bytes, traf, 'tfdt') : null;
        return tfdt === null ? [] : [Number(bytes.readBigUInt64BE(tfdt.body + 4))];
      });
      expect(times).to.have.length(2);
      expect(times[0]).to.equal(times[1]);
    }
  });

  it('requests packets as it is read, and releases them when it is left', async () => {
    const asked = newAsked();
    const output = writeFragmentedMp4([track({ packets: packets(1_000_000, { asked }) })]);
    expect((await output.next()).done).to.equal(false);
    expect(asked.packets).to.equal(0);
    await output.next();
    expect(asked.packets).to.be.below(12);
    await output.return();
    expect(asked.closed).to.equal(true);
  });

  it('ends a fragment that grows too large', async () => {
    const bytes = 3 * 1024 * 1024;
    const output = await written([track({ packets: packets(6, { bytes, gop: 100 }) })]);
    expect(fragmentStarts(output)).to.deep.equal([0, 80, 160]);
  });

  it('is an init segment alone without packets', async () => {
    const bytes = await written([track({ packets: packets(0) })]);
    expect([...childBoxes(bytes, 0, bytes.length)].map(({ type }) => type)).to.deep.equal(['ftyp', 'moov']);
  });

  it('passes on failures on the way', async () => {
    const failing = (async function* (): AsyncGenerator<Packet, void, void> {
      yield* packets(3);
      throw new Error('The source is gone.');
    })();
    const error = await written([track({ packets: failing }), audio()]).catch((caught: unknown) => caught);
    expect(error).to.be.an('error').with.property('message', 'The source is gone.');
  });
});

const fragment = (size: number) =>
  Buffer.concat([box('moof', Buffer.alloc(20, 1)), box('mdat', Buffer.alloc(size, 2))]);
const film = Buffer.concat([
  box('ftyp', Buffer.alloc(16)),
  box('moov', Buffer.alloc(600)),
  ...[900, 40_000, 7, 50].map(fragment),
]);

async function padded(chunkBytes: number): Promise<Buffer> {
  async function* chunks() {
    for (let at = 0; at < film.length; at += chunkBytes) yield film.subarray(at, at + chunkBytes);
  }
  const parts: Uint8Array[] = [];
  for await (const part of padFirstFragments(chunks())) parts.push(part);
  return Buffer.concat(parts);
}

function boxesOf(bytes: Buffer): { type: string; start: number; end: number }[] {
  const boxes = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + bytes.readUInt32BE(start);
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, end });
    start = end;
  }
  return boxes;
}

describe('padFirstFragments', () => {
  for (const chunkBytes of [1, 7, 1000, 32 * 1024, 1_000_000]) {
    it(`fills two blocks, whatever the chunks (${chunkBytes} bytes), and leaves the rest alone`, async () => {
      const output = await padded(chunkBytes);
      const boxes = boxesOf(output);
      expect(boxes.map(({ type }) => type).join(' ')).to.equal(
        'ftyp moov moof mdat free moof mdat free moof mdat moof mdat',
      );
      const ends = boxes.filter(({ type }) => type === 'free').map(({ end }) => end % (32 * 1024));
      expect(ends).to.deep.equal([0, 0]);
      const content = boxes
        .filter(({ type }) => type !== 'free')
        .map(({ start, end }) => output.subarray(start, end));
      expect(Buffer.concat(content).equals(film)).to.equal(true);
    });
  }
});
