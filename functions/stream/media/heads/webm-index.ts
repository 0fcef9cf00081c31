import { elements, unsigned } from '../demux/ebml.ts';
import { readElements, type StreamedElement } from '../demux/ebml-stream.ts';
import { ID } from '../demux/matroska-ids.ts';

/**
 * The values that the head of a WebM file is built from; its elements as the encoder wrote them, in
 * hexadecimal.
 */
export type WebmIndex = {
  readonly bytes: number;
  readonly ebml: string;
  readonly info: string;
  readonly tracks: string;
  /** In milliseconds. */
  readonly duration: number;
  /** Clusters at which playback can begin: the time of the first frame there, its track, and its offset. */
  readonly cues: readonly (readonly [time: number, track: number, offset: number])[];
};

const TIMECODE = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const DISCARD_PADDING = 0x75a2;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const VIDEO = 1;
const NANOSECONDS = 1e6;

type IndexedWebm = {
  readonly chunks: AsyncGenerator<Uint8Array, void, void>;
  /** Returns the index of everything that has passed. */
  index(): WebmIndex;
};

/**
 * Passes on only the clusters of WebM: the elements before them follow from all of them. `frameMilliseconds`
 * is the duration of a single frame; null if unknown.
 */
export function indexWebm(stream: AsyncIterable<Uint8Array>, frameMilliseconds: number | null): IndexedWebm {
  const heads = { ebml: '', info: '', tracks: '' };
  const cues: [number, number, number][] = [];
  const ends = new Map<number, { last: number; end: number }>();
  let videoNumber: number | null = null;
  let bytes = 0;

  function look({ bytes: cluster, start }: StreamedElement): void {
    let base = 0;
    let hasCue = false;
    for (const { track, time, isKey, padding } of blocksOf(cluster, start, () => base)) {
      if (track === null) {
        base = time;
        continue;
      }
      const before = ends.get(track)?.last ?? time - (track === videoNumber ? (frameMilliseconds ?? 0) : 0);
      // A packet lasts as long as the one before it; a single one, as the plan says.
      ends.set(track, { last: time, end: Math.max(time, 2 * time - before - padding) });
      if (hasCue || !isKey || track !== (videoNumber ?? track)) continue;
      cues.push([time, track, bytes]);
      hasCue = true;
    }
  }

  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    for await (const element of readElements(stream)) {
      const { id } = element;
      if (id === ID.ebml) heads.ebml = element.bytes.toString('hex');
      if (id === ID.info) heads.info = element.bytes.toString('hex');
      if (id === ID.tracks) {
        heads.tracks = element.bytes.toString('hex');
        videoNumber = videoTrack(element);
      }
      if (id !== ID.cluster) continue;
      look(element);
      bytes += element.bytes.length;
      yield element.bytes;
    }
  }

  const duration = () => Math.max(0, ...[...ends.values()].map(({ end }) => end));
  return { chunks: chunks(), index: () => ({ ...heads, bytes, cues, duration: duration() }) };
}

/** Returns the video track; null if there is only audio. */
function videoTrack({ bytes, start }: StreamedElement): number | null {
  for (const entry of elements(bytes, start, bytes.length)) {
    if (entry.id !== TRACK_ENTRY) continue;
    const of = (id: number) => {
      for (const field of elements(bytes, entry.start, entry.end))
        if (field.id === id) return unsigned(bytes, field);
      return null;
    };
    if (of(TRACK_TYPE) === VIDEO) return of(TRACK_NUMBER);
  }
  return null;
}

type SeenBlock = { track: number | null; time: number; isKey: boolean; padding: number };

/** Yields its blocks in milliseconds, and its own time with no track (RFC 9559 §10). */
function* blocksOf(bytes: Buffer, start: number, base: () => number): Generator<SeenBlock, void, void> {
  for (const child of elements(bytes, start, bytes.length)) {
    if (child.id === TIMECODE) yield { track: null, time: unsigned(bytes, child), isKey: false, padding: 0 };
    if (child.id === SIMPLE_BLOCK) {
      yield {
        ...blockAt(bytes, child.start, base()),
        isKey: ((bytes[child.start + 3] ?? 0) & 0x80) !== 0,
        padding: 0,
      };
    }
    if (child.id !== BLOCK_GROUP) continue;
    let padding = 0;
    let at = child.start;
    for (const field of elements(bytes, child.start, child.end)) {
      if (field.id === BLOCK) at = field.start;
      if (field.id === DISCARD_PADDING) padding = unsigned(bytes, field) / NANOSECONDS;
    }
    yield { ...blockAt(bytes, at, base()), isKey: false, padding };
  }
}

/** Track numbers take one byte, since there are few tracks. */
function blockAt(bytes: Buffer, at: number, base: number): { track: number; time: number } {
  return { track: (bytes[at] ?? 0) & 0x7f, time: base + bytes.readInt16BE(at + 1) };
}
