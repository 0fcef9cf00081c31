import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { ByteRange } from '../../../functions/stream/base/range.ts';
import { childBoxes } from '../../../functions/stream/media/boxes/boxes.ts';
import { probe } from '../../../functions/stream/media/probe/probe.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { avc1, movieFile, mp4a } from '../../../testing/movie-file.ts';

/** AudioSpecificConfig of xHE-AAC, whose name does not tell whether it can be decoded. */
const XHE_AAC = 'f94642';

/** Returns the types of the boxes that a trial reads first, and the bytes of its index. */
async function triedOn(samples: number): Promise<{ types: string; indexBytes: number; starts: number[] }> {
  const sizes = Array<number>(samples).fill(1);
  const video = { entries: [avc1({ type: 'mjp2' })], sizes, samplesPerChunk: samples };
  const audio = { handler: 'soun', entries: [mp4a(XHE_AAC)], sizes: Array<number>(4).fill(9) };
  const bytes = movieFile({ tracks: [video, audio], moovAtEnd: false });
  const stream = ({ start, end }: ByteRange) => Readable.from([bytes.subarray(start, end)]);
  const seen = { types: '', indexBytes: 0, starts: [] as number[] };
  await probe({
    file: { ...bytesAccess(bytes), stream },
    object: { key: 'film.mp4', etag: '"1"' },
    ffprobePath: '/bin/false',
    signal: new AbortController().signal,
    decoding: {
      codecs: async () => new Set(['aac', 'mjpeg2000']),
      async tries(url, { startSeconds }) {
        const read = Buffer.from(await (await fetch(url)).arrayBuffer());
        const boxes = [...childBoxes(read, 0, read.length)];
        const moov = boxes.find(({ type }) => type === 'moov');
        seen.types = boxes.map(({ type }) => type).join(' ');
        seen.indexBytes = moov === undefined ? 0 : moov.end - moov.start;
        seen.starts.push(startSeconds);
        return true;
      },
    },
  });
  return seen;
}

describe('trials of a track', () => {
  it('read a short movie as it is', async () => {
    expect((await triedOn(10)).types).to.equal('ftyp moov mdat');
  });

  it('read what is cut out of a long one, without its index', async () => {
    const { types, indexBytes, starts } = await triedOn(500_001);
    expect(types).to.equal('ftyp moov moof mdat');
    expect(indexBytes).to.be.below(2_000);
    expect(starts).to.deep.equal([0]);
  });
});
