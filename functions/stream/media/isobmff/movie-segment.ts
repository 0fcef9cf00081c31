import type { Readable } from 'node:stream';
import { damaged, unsupported } from '../../base/problem.ts';
import type { ByteRange } from '../../base/range.ts';
import type { Extent } from '../../source/bytes.ts';
import { readExtents } from '../../source/extents.ts';
import { peek } from '../../source/peek.ts';
import type { CopyTrackInput, Segment } from '../model/copy-track.ts';
import { type FragmentSample, fragmentHead } from './fragment-boxes.ts';
import { keyFrameTest } from './key-frames.ts';
import type { MovieTrack } from './movie.ts';
import type { SampleTable } from './samples.ts';

export type SampleStretch = {
  /** Position in the table of the first of `samples`, which follow each other there. */
  readonly first: number;
  readonly samples: readonly FragmentSample[];
  readonly sequenceNumber: number;
};

/**
 * The most bytes between two stretches of a track that are read and dropped: another request would cost as
 * much.
 */
const MAX_GAP_BYTES = 256 * 1024;
/** A file that scatters a segment over more places was crafted to cost requests. */
const MAX_READS = 1_024;
/**
 * Audio beside video of a hundred megabits lies in hundreds of places: reading them one by one took too long.
 */
const READS_AHEAD = 8;
const MAX_BYTES = 2 ** 31;
/** The first slice follows parameter sets and messages, unless these are longer. */
const LOOK_BYTES = 64 * 1024;

/** Opens samples as one fragment, streamed from the source in as few reads as their places allow. */
export function movieSegment(
  input: CopyTrackInput,
  track: MovieTrack,
  table: SampleTable,
  stretch: SampleStretch,
): Segment {
  const { sizeBytes, headBytes, open } = openSamples(input, table, stretch);
  return {
    sizeBytes,
    async open(range = { start: 0, end: sizeBytes }) {
      const body = await open(range);
      if (range.start === 0)
        await refuseNonKey(body, range.end, headBytes, track, stretch.samples[0]?.sizeBytes ?? 0);
      return body;
    },
  };
}

/** Opens the same without a look at its first frame, behind an `init` if there is one. */
export function openSamples(
  { source, object, signal }: Pick<CopyTrackInput, 'source' | 'object' | 'signal'>,
  table: SampleTable,
  { first, samples, sequenceNumber }: SampleStretch,
  init: Uint8Array = new Uint8Array(),
) {
  const mediaBytes = samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (mediaBytes > MAX_BYTES) throw unsupported(`A segment of this track has ${mediaBytes} bytes, too many.`);
  const head = Buffer.concat([init, fragmentHead(sequenceNumber, [{ trackId: 1, samples }])]);
  const places = mediaExtents(table, first, samples.length);
  const sizeBytes = head.byteLength + mediaBytes;
  return {
    sizeBytes,
    headBytes: head.byteLength,
    open(range: ByteRange = { start: 0, end: sizeBytes }): Promise<Readable> {
      const extents: Extent[] = [{ kind: 'bytes', bytes: head }, ...places];
      return readExtents(source, object, extents, range, signal, {
        maxGapBytes: MAX_GAP_BYTES,
        readsAhead: READS_AHEAD,
      });
    },
  };
}

function mediaExtents({ offsets, sizes }: SampleTable, first: number, count: number): Extent[] {
  const extents: { kind: 'source'; start: number; end: number }[] = [];
  let reads = 1;
  for (let i = first; i < first + count; i++) {
    const start = offsets.at(i);
    const end = start + sizes.at(i);
    const last = extents.at(-1);
    if (last?.end === start) last.end = end;
    else {
      const gap = last === undefined ? 0 : start - last.end;
      if (gap < 0 || gap > MAX_GAP_BYTES) reads++;
      extents.push({ kind: 'source', start, end });
    }
  }
  if (reads > MAX_READS) throw unsupported('The media of this segment is scattered all over the file.');
  return extents;
}

/** Refuses before the first byte is out: an index may mark keyframes at which no player can begin. */
async function refuseNonKey(
  body: Readable,
  bodyBytes: number,
  headBytes: number,
  track: MovieTrack,
  sampleBytes: number,
): Promise<void> {
  const test = keyFrameTest(track);
  if (test === null) return;
  const verdict = (bytes: Buffer) => test(bytes.subarray(headBytes, headBytes + sampleBytes), sampleBytes);
  const mostBytes = Math.min(bodyBytes, headBytes + Math.min(sampleBytes, LOOK_BYTES));
  const taken = await peek(body, mostBytes, (bytes) => verdict(bytes) !== 'unclear').catch(
    (error: unknown) => {
      body.destroy();
      throw error;
    },
  );
  const found = verdict(taken);
  if (found === 'yes' || found === 'unclear') return;
  body.destroy();
  throw found === 'no'
    ? unsupported('Decoding cannot begin with this segment: its first frame needs others before it.')
    : damaged('The first frame of this segment is damaged.');
}
