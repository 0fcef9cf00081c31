import { damaged } from '../../base/problem.ts';
import { readBoxes } from '../boxes/box-stream.ts';
import { findBox } from '../boxes/boxes.ts';
import { type ReadMovie, readMovie } from './movie.ts';
import { emptyTable, type Growing, readDefaults, readFragment } from './read-fragment.ts';
import { createSampleLog, type LoggedSample, logSamples, type SampleLog } from './sample-log.ts';
import { timelineOf } from './timeline.ts';

export type FlatteningMovie = {
  /** The samples of each track that have passed so far. */
  readonly logs: readonly SampleLog[];
  /** Only the media, in its order: the content of an `mdat` after `flatHead`. */
  readonly media: AsyncGenerator<Uint8Array, void, void>;
};

/**
 * Removes the fragments from a fragmented MP4 as it arrives. Resolves once its head is there; fails with
 * `damaged-media` if it has none, and as `bytes` do.
 */
export async function flatten(bytes: AsyncIterable<Uint8Array>): Promise<FlatteningMovie> {
  const boxes = readBoxes(bytes);
  const head: Buffer[] = [];
  for (;;) {
    const { value: box, done } = await boxes.next();
    if (done) throw damaged('None of the media could be encoded.');
    head.push(box.bytes);
    if (box.type === 'moov') break;
  }
  const start = Buffer.concat(head);
  const movie = await readMovie({
    sizeBytes: start.length,
    read: async (from, to) => start.subarray(from, to),
  });
  if (movie === null) throw damaged('The encoded output is not an MP4.');
  const logs = new Map(movie.tracks.map((track) => [track.id, createSampleLog(headOf(movie, track))]));
  return { logs: [...logs.values()], media: mediaOf(boxes, movie, logs) };
}

function headOf(movie: ReadMovie, track: ReadMovie['tracks'][number]): SampleLog['head'] {
  const { entry, handler, timescale, language, matrix } = track;
  if (entry === null) throw damaged('A track of the encoded output has no sample entry.');
  const { delaySeconds, mediaTime } = timelineOf(movie, track);
  const isVideo = handler === 'vide';
  return {
    kind: isVideo ? 'video' : 'audio',
    timescale,
    sampleEntry: entry.bytes,
    language: language ?? 'und',
    width: isVideo ? track.width : 0,
    height: isVideo ? track.height : 0,
    matrix: isVideo ? matrix : null,
    delaySeconds,
    mediaTime,
    durationTicks: null,
  };
}

async function* mediaOf(
  boxes: ReturnType<typeof readBoxes>,
  { moovBytes, moov }: ReadMovie,
  logs: ReadonlyMap<number, SampleLog>,
): AsyncGenerator<Uint8Array, void, void> {
  const mvex = findBox(moovBytes, { body: moov.headerBytes, end: moovBytes.length }, 'mvex');
  const defaults = mvex ? readDefaults(moovBytes, mvex, new Set(logs.keys())) : new Map();
  const next = new Map<number, number>();
  let tables = new Map<number, Growing>();
  let moofBytes = 0;
  let position = 0;
  for await (const { type, bytes } of boxes) {
    if (type === 'moof') {
      tables = new Map([...logs.keys()].map((id) => [id, { ...emptyTable(), next: next.get(id) ?? 0 }]));
      moofBytes = bytes.length;
      const box = { type, start: 0, headerBytes: 8, end: bytes.length, isCutOff: false };
      readFragment(bytes, box, defaults, tables, Number.POSITIVE_INFINITY);
      for (const [id, table] of tables) next.set(id, table.next);
    }
    if (type !== 'mdat') continue;
    const contentBytes = bytes.length - 8;
    for (const [id, log] of logs) {
      const table = tables.get(id);
      if (table) logTable(log, table, position - moofBytes - 8, position, position + contentBytes);
    }
    position += contentBytes;
    yield bytes.subarray(8);
  }
}

/** Logs a table; its offsets count from `base`, and its samples must lie within `[start, end)`. */
function logTable(log: SampleLog, table: Growing, base: number, start: number, end: number): void {
  let waiting: LoggedSample[] = [];
  let first = 0;
  let follows = -1;
  const flush = () => logSamples(log, first, waiting);
  for (const [i, sizeBytes] of table.sizes.entries()) {
    const offset = base + (table.offsets[i] ?? 0);
    if (offset < start || offset + sizeBytes > end)
      throw damaged('A fragment of the encoded output is damaged.');
    if (offset !== follows) {
      flush();
      waiting = [];
      first = offset;
    }
    const dts = table.decodeTimes[i] ?? 0;
    const duration = (table.decodeTimes[i + 1] ?? table.next) - dts;
    const pts = dts + (table.compositionOffsets[i] ?? 0);
    waiting.push({ dts, pts, duration, sizeBytes, isSync: table.sync[i] === 1 });
    follows = offset + sizeBytes;
  }
  flush();
}
