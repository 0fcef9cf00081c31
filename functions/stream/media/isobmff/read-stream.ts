import { damaged } from '../../base/problem.ts';
import { readBoxes } from '../boxes/box-stream.ts';
import { findBox } from '../boxes/boxes.ts';
import { box } from '../boxes/write-box.ts';
import { type ReadMovie, readMovie } from './movie.ts';
import { emptyTable, readDefaults, readFragment } from './read-fragment.ts';
import type { SampleEntry } from './sample-entry.ts';
import { timelineOf } from './timeline.ts';

/** One sample of a fragmented MP4 that is read while it is encoded. Times are ticks of the track's clock. */
export type StreamedSample = {
  readonly data: Buffer;
  readonly decodeTime: number;
  readonly compositionOffset: number;
  readonly duration: number;
  readonly isSync: boolean;
};

export type StreamedTrack = {
  /** The sample entry box, such as `avc1`, without its bitrate. */
  readonly sampleEntry: Buffer;
  readonly timescale: number;
  /** Delay by the edit list: presentation time = delay + (decode time + composition offset - media time). */
  readonly delaySeconds: number;
  readonly mediaTime: number;
  /** Samples in decode order, each as soon as its fragment is there; can be iterated once. */
  readonly samples: AsyncIterableIterator<StreamedSample, void>;
};

/**
 * Reads a fragmented MP4 of one track as it arrives. Rejects with `damaged-media` if it ends before its first
 * fragment could begin, or is none; the samples throw what the bytes end with.
 */
export async function readStream(bytes: AsyncIterable<Uint8Array>): Promise<OpenedTrack> {
  const boxes = readBoxes(bytes);
  try {
    return await readTrack(boxes);
  } catch (error) {
    // Nobody reads on, and the producer of the bytes would wait for a reader.
    await boxes.return();
    throw error;
  }
}

/** A track whose producer can be stopped before the first of its samples. */
type OpenedTrack = Omit<StreamedTrack, 'samples'> & {
  readonly samples: AsyncGenerator<StreamedSample, void, void>;
};

async function readTrack(boxes: ReturnType<typeof readBoxes>): Promise<OpenedTrack> {
  const head: Buffer[] = [];
  for (;;) {
    const { value: box, done } = await boxes.next();
    if (done) throw damaged('Nothing of the media could be decoded.');
    head.push(box.bytes);
    if (box.type === 'moov') break;
  }
  const movie = await readHead(Buffer.concat(head));
  const [track] = movie.tracks;
  if (!track?.entry) throw damaged('The transcoder wrote no track.');
  const { delaySeconds, mediaTime } = timelineOf(movie, track);
  return {
    sampleEntry: withoutBitrate(track.entry),
    timescale: track.timescale,
    delaySeconds,
    mediaTime,
    samples: readSamples(boxes, movie, track.id),
  };
}

/**
 * Leaves out `btrt` (ISO/IEC 14496-12 §8.5.2), which newer builds of ffmpeg write: its figures are of the
 * stretch that was encoded, and the entry describes the whole track.
 */
function withoutBitrate({ format, bytes, configurations }: SampleEntry): Buffer {
  const bitrate = configurations.get('btrt');
  if (bitrate === undefined) return bytes;
  const body = bitrate.byteOffset - bytes.byteOffset;
  return box(format, bytes.subarray(8, body - 8), bytes.subarray(body + bitrate.length));
}

async function readHead(bytes: Buffer): Promise<ReadMovie> {
  const read = async (start: number, end: number) => bytes.subarray(start, end);
  const movie = await readMovie({ sizeBytes: bytes.length, read });
  if (movie === null) throw damaged('The transcoder wrote no MP4.');
  return movie;
}

async function* readSamples(
  boxes: ReturnType<typeof readBoxes>,
  { moovBytes, moov }: ReadMovie,
  trackId: number,
): AsyncGenerator<StreamedSample, void, void> {
  const mvex = findBox(moovBytes, { body: moov.headerBytes, end: moovBytes.length }, 'mvex');
  const defaults = mvex ? readDefaults(moovBytes, mvex, new Set([trackId])) : new Map();
  let table = emptyTable();
  let moofBytes = 0;
  for await (const { type, bytes } of boxes) {
    if (type === 'moof') {
      table = { ...emptyTable(), next: table.next };
      moofBytes = bytes.length;
      const box = { type, start: 0, headerBytes: 8, end: bytes.length, isCutOff: false };
      readFragment(bytes, box, defaults, new Map([[trackId, table]]), Number.POSITIVE_INFINITY);
    }
    if (type !== 'mdat') continue;
    for (const [i, size] of table.sizes.entries()) {
      const at = (table.offsets[i] ?? 0) - moofBytes;
      if (at < 8 || at + size > bytes.length) throw damaged('The transcoder wrote a damaged fragment.');
      yield {
        data: bytes.subarray(at, at + size),
        decodeTime: table.decodeTimes[i] ?? 0,
        compositionOffset: table.compositionOffsets[i] ?? 0,
        duration: (table.decodeTimes[i + 1] ?? table.next) - (table.decodeTimes[i] ?? 0),
        isSync: table.sync[i] === 1,
      };
    }
  }
}
