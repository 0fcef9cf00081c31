import { expect } from 'chai';
import { indexAccess } from '../../functions/stream/source/index-access.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { fakeSource, pattern } from '../../testing/sources.ts';

const MEGABYTE = 1024 * 1024;
const HEAD = 64 * 1024;
const content = pattern(20 * MEGABYTE);
const { signal } = new AbortController();

function open() {
  const source = fakeSource(content);
  const blocks = bytesAccess(content);
  const head = content.subarray(0, HEAD);
  const access = indexAccess({ source, object: source.object, head, blocks, signal });
  const read = async (start: number, end: number) => {
    const bytes = Buffer.from(await access.read(start, end));
    expect(bytes.equals(content.subarray(start, end)), `${start}-${end}`).to.equal(true);
  };
  const ranges = () => source.reads.map(({ range }) => [range.start, range.end]);
  return { read, ranges, blocks };
}

describe('indexAccess', () => {
  it('asks for nothing that the head has', async () => {
    const { read, ranges, blocks } = open();
    await read(0, 16);
    await read(40, HEAD);
    expect([ranges(), blocks.reads.count]).to.deep.equal([[], 0]);
  });

  it('reads an index at the front to its end, with the headers behind it', async () => {
    const { read, ranges, blocks } = open();
    const end = 5 * MEGABYTE;
    await read(32, end);
    await read(end, end + 16);
    await read(end + 8, end + 16_000);
    expect([ranges(), blocks.reads.count]).to.deep.equal([[[HEAD, end + 64 * 1024]], 0]);
  });

  it('reads an index at the end from its first header on', async () => {
    const { read, ranges, blocks } = open();
    const start = content.length - 5 * MEGABYTE;
    await read(start, start + 16);
    await read(start, content.length);
    await read(content.length - 16, content.length + 100);
    expect([ranges(), blocks.reads.count]).to.deep.equal([[[start, content.length]], 0]);
  });

  it('leaves all other reads to the blocks', async () => {
    const { read, ranges, blocks } = open();
    await read(MEGABYTE, MEGABYTE + 16);
    await read(HEAD - 10, HEAD + 10);
    await read(2 * MEGABYTE, 2 * MEGABYTE + 4_000);
    expect([ranges(), blocks.reads.count]).to.deep.equal([[], 3]);
  });
});
