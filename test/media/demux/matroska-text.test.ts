import { expect } from 'chai';
import { ID } from '../../../functions/stream/media/demux/matroska-ids.ts';
import { readIndexedText } from '../../../functions/stream/media/demux/matroska-text.ts';
import { MAX_TEXT_BYTES } from '../../../functions/stream/media/text/cue.ts';
import { element, number } from '../../../testing/ebml-writer.ts';
import { bytesAccess } from '../../../testing/file-access.ts';

const TRACK = 1;
const TEXT_BYTES = 450;

/** A film whose index names its only block so many times. */
function film(times: number): Buffer {
  const block = element(ID.simpleBlock, Buffer.of(0x80 | TRACK, 0, 0, 0), Buffer.alloc(TEXT_BYTES, 'a'));
  const point = (clusterAt: number) =>
    element(
      ID.cuePoint,
      number(ID.cueTime, 1_000),
      element(
        ID.cueTrackPositions,
        number(ID.cueTrack, TRACK),
        number(ID.cueClusterPosition, clusterAt),
        number(ID.cueRelativePosition, 0),
      ),
    );
  const cues = (clusterAt: number) => element(ID.cues, ...Array(times).fill(point(clusterAt)));
  return Buffer.concat([
    element(ID.ebml, Buffer.alloc(0)),
    element(ID.segment, cues(cues(0).length), element(ID.cluster, block)),
  ]);
}

describe('readIndexedText', () => {
  it('returns what stands at the places of the index', async () => {
    const blocks = await readIndexedText(bytesAccess(film(3)), TRACK);
    expect(blocks?.map(({ startSeconds, data }) => [startSeconds, data.length])).to.deep.equal(
      Array(3).fill([1, TEXT_BYTES]),
    );
  });

  it('refuses more text than a track may have, also where it is one block', async () => {
    const work = readIndexedText(bytesAccess(film(Math.ceil(MAX_TEXT_BYTES / TEXT_BYTES) + 1)), TRACK);
    const type = await work.catch((problem: { readonly type: string }) => problem.type);
    expect(type).to.equal('too-large');
  });
});
