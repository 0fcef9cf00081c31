import { expect } from 'chai';
import { readChapterList } from '../../../functions/stream/media/isobmff/chapter-list.ts';
import type { Movie } from '../../../functions/stream/media/isobmff/movie.ts';
import { readMovieText } from '../../../functions/stream/media/isobmff/movie-text.ts';
import { collectSamples } from '../../../functions/stream/media/isobmff/samples.ts';
import { problemOf } from '../../../testing/problem.ts';

/** A movie whose one track has so many samples of a size, all at one place. */
function movieOf(count: number, size: number): Movie {
  const samples = collectSamples();
  for (let i = 0; i < count; i++) {
    samples.add({ offset: 0, size, decodeTime: i, compositionOffset: 0, isSync: true });
  }
  const track = { index: 0, id: 1, timescale: 1, edits: [] };
  const fragments = { tables: new Map([[1, samples.table(1)]]) };
  return { tracks: [track], timescale: 1, fragments } as unknown as Movie;
}

describe('text tracks of a movie', () => {
  let reads: number;
  const file = {
    sizeBytes: 1_000_000,
    read: async (start: number, end: number) => {
      reads++;
      return new Uint8Array(end - start);
    },
  };
  beforeEach(() => {
    reads = 0;
  });

  it('are refused for more samples or bytes than text has, before any is read', async () => {
    expect((await problemOf(readMovieText(movieOf(100_001, 1), file, 0))).type).to.equal('too-large');
    expect((await problemOf(readMovieText(movieOf(1_000, 60_000), file, 0))).type).to.equal('too-large');
    expect(reads).to.equal(0);
  });

  it('are read as far as is asked', async () => {
    expect(await readMovieText(movieOf(100_001, 4), file, 0, 3)).to.have.length(3);
  });
});

describe('the list of chapters of a movie', () => {
  const udta = (content: string) => {
    const bytes = Buffer.from(`\0\0\0\0udta${content}`, 'latin1');
    bytes.writeUInt32BE(bytes.length);
    return readChapterList(bytes, { body: 0, end: bytes.length });
  };

  it('is empty where programs have written something else', () => {
    for (const content of ['', 'vendor text', '\0\0\0\x04chpl', '\0\0\x01\0chpl\0', '\0\0\0\x09chpl\0']) {
      expect(udta(content), JSON.stringify(content)).to.deep.equal([]);
    }
  });
});
