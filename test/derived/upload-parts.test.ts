import { expect } from 'chai';
import type { ComposeSource } from '../../functions/stream/derived/store.ts';
import { type Part, planParts } from '../../functions/stream/derived/upload-parts.ts';

const object = { key: 'made/1.mp4', etag: '"1"', sizeBytes: 1_000, lastModified: new Date(0) };
const LIMITS = { leastBytes: 5, mostBytes: 20 };

const bytes = (text: string) => Buffer.from(text);
const stretch = (start: number, end: number): ComposeSource => ({ object, range: { start, end } });

/** Shows bytes as `abc` and an extent as `0-5`; what the store copies itself is in brackets. */
function show(part: Part): string {
  if (part.kind === 'copied') return `[${part.range.start}-${part.range.end}]`;
  const shown = part.sources.map((source) =>
    source instanceof Uint8Array
      ? Buffer.from(source).toString()
      : `${source.range.start}-${source.range.end}`,
  );
  return shown.join('+');
}

describe('planParts', () => {
  const TABLE: [what: string, sources: ComposeSource[], parts: string[]][] = [
    ['has no part for nothing', [], []],
    ['leaves out what is empty', [bytes(''), stretch(7, 7)], []],
    ['sends a short rest as the last part', [bytes('abc')], ['abc']],
    ['cuts bytes into parts of the least size', [bytes('abcdefghijkl')], ['abcde', 'fghij', 'kl']],
    ['has the store copy a stretch', [stretch(10, 20)], ['[10-20]']],
    ['cuts what is too long for one copy', [stretch(0, 45)], ['[0-20]', '[20-40]', '[40-45]']],
    ['sends a stretch that is too short to be copied', [stretch(0, 4)], ['0-4']],
    [
      'fills a part that is too short from what follows',
      [bytes('abc'), stretch(0, 30)],
      ['abc+0-2', '[2-22]', '[22-30]'],
    ],
    ['joins short sources', [bytes('ab'), stretch(0, 2), bytes('c'), bytes('d')], ['ab+0-2+c', 'd']],
    [
      'sends a rest of a copy with what follows',
      [stretch(0, 22), bytes('abcd')],
      ['[0-20]', '20-22+abc', 'd'],
    ],
  ];
  for (const [what, sources, parts] of TABLE) {
    it(what, () => expect(planParts(sources, LIMITS).map(show)).to.deep.equal(parts));
  }

  it('has no part but the last below the least size, and loses nothing, wherever it is cut', () => {
    for (let first = 0; first <= 30; first++) {
      for (let second = 0; second <= 30; second++) {
        const parts = planParts([bytes('x'.repeat(first)), stretch(0, second), bytes('y')], LIMITS);
        const sizes = parts.map(sizeOf);
        expect(sizes.slice(0, -1).every((size) => size >= 5 && size <= 20)).to.equal(true);
        expect(sizes.reduce((sum, size) => sum + size, 0)).to.equal(first + second + 1);
      }
    }
  });
});

function sizeOf(part: Part): number {
  const sources = part.kind === 'copied' ? [part] : part.sources;
  return sources.reduce(
    (sum, source) =>
      sum + (source instanceof Uint8Array ? source.length : source.range.end - source.range.start),
    0,
  );
}
