import { unsupported } from '../../base/problem.ts';
import type { CachedAccess } from '../../source/cache.ts';
import { appended, overlay, type Patch } from '../../source/overlay.ts';
import { asBuffer, asDamaged, type Box, childBoxes } from '../boxes/boxes.ts';
import { box, fullBox, uint16, uint32, uint64 } from '../boxes/write-box.ts';
import { withoutLeading } from '../codecs/leading-frames.ts';
import { tableOf } from './describe-movie.ts';
import type { EditedSamples } from './edited-part.ts';
import { editedSamples } from './edited-samples.ts';
import type { Edit, Movie } from './movie.ts';
import { unitsOf } from './movie-keyframes.ts';
import { emptyColumns, logSamples } from './sample-log.ts';
import { endOf, hiddenBy, startOf, timelineOf } from './timeline.ts';
import type { TopLevelBox } from './top-level.ts';
import { chunkOffsets, sampleTables } from './write-flat.ts';

/** So many boxes were walked in any case. */
const WALKED_BOXES = 1_000;

/**
 * Opens a movie with `patches`, and with another index behind it if tracks show several parts, or parts of what lies in
 * fragments: ffmpeg's reader places the later parts wrong, takes what shows nothing for samples, and reads of fragments
 * all. Throws `unsupported-media` for too many samples.
 */
export async function editedMovie(
  access: CachedAccess,
  movie: Movie,
  patches: readonly Patch[],
): Promise<CachedAccess> {
  const edited = editedTracks(movie);
  const last = movie.topLevel.at(-1);
  const closing = last && closed(last);
  if (edited.size === 0 || last === undefined || closing == null) return overlay(access, patches);
  const { start, end } = movie.moov;
  const bytes = Buffer.from(asBuffer(await overlay(access, patches).read(start, end)));
  const hidden = [movie.moov, ...movie.topLevel.filter(({ type }) => OF_FRAGMENTS.has(type))].map((box) => ({
    start: box.start + TYPE_AT,
    bytes: Buffer.from('free', 'latin1'),
  }));
  try {
    const { media, tracks } = await withEntries(access, edited, last.end + MDAT_BYTES);
    const tail = Buffer.concat([box('mdat', ...media), withTracks(bytes, tracks)]);
    return appended(overlay(access, [...patches, ...closing, ...hidden]), last.end, tail);
  } catch (error) {
    throw asDamaged(error);
  }
}

/** Boxes that lead to samples beside the index. */
const OF_FRAGMENTS = new Set(['moof', 'sidx', 'mfra']);
const TYPE_AT = 4;
const MDAT_BYTES = 8;

type EditedTrack = {
  readonly edited: EditedSamples;
  readonly units: ReturnType<typeof unitsOf>;
};

/** By the offset of its box in the index. */
function editedTracks(movie: Movie): ReadonlyMap<number, EditedTrack> {
  const { fragments, topLevel, tracks } = movie;
  const none = new Map<number, EditedTrack>();
  if (fragments === null ? topLevel.length >= WALKED_BOXES : !showsParts(movie)) return none;
  const found = new Map<number, EditedTrack>();
  for (const track of tracks) {
    const { entry, edits, trak } = track;
    if (fragments === null && edits.length < 2 && edits.every(isOrdinary)) continue;
    if (!(entry?.video || entry?.audio)) continue;
    const table = tableOf(movie, track);
    if (table?.count === 0) continue;
    // Several entries have samples each, and the table here does not tell which.
    const edited = table && !entry.hasOthers ? editedSamples(movie, track, table) : null;
    if (edited !== null) found.set(trak.start, { edited, units: unitsOf(track) });
    // Of fragments, all tracks are written or none.
    else if (fragments !== null) return none;
  }
  return found;
}

/** Tells whether ffmpeg's reader follows an edit that is the only one of its list. */
function isOrdinary({ durationTicks, mediaTime, rate }: Edit): boolean {
  return rate === 1 && (durationTicks > 0 || mediaTime < 0);
}

/** Tells whether the edit list of a track in fragments does more than place its first sample. */
function showsParts(movie: Movie): boolean {
  return movie.tracks.some((track) => {
    const table = tableOf(movie, track);
    if (!(track.entry?.video || track.entry?.audio) || table === null || table.count === 0) return false;
    const timeline = timelineOf(movie, track);
    const hidden = hiddenBy(timeline, track, { begin: startOf(table), end: endOf(table) });
    return timeline.isComplex || hidden.hidesStart === true || hidden.hidesEnd === true;
  });
}

/** Each is held while ffmpeg reads. */
const MOST_ENTRY_BYTES = 64 * 1024 * 1024;

/**
 * Copies the frames at which parts of HEVC begin to `mediaAt`, as frames that nothing before them leads to: a decoder
 * takes such a one in mid-track for the next of those that it had, and shows both parts' frames mixed.
 */
async function withEntries(
  access: CachedAccess,
  tracks: ReadonlyMap<number, EditedTrack>,
  mediaAt: number,
): Promise<{ readonly media: Uint8Array[]; readonly tracks: ReadonlyMap<number, EditedSamples> }> {
  const media: Uint8Array[] = [];
  const places = new Map<number, number>();
  const placed = new Map<number, EditedSamples>();
  let end = mediaAt;
  for (const [at, { edited, units }] of tracks) {
    const entries = units?.codec === 'hevc' ? edited.samples.filter(({ isEntry }) => isEntry) : [];
    for (const { offset, sizeBytes } of entries) {
      if (places.has(offset)) continue;
      if (end - mediaAt + sizeBytes > MOST_ENTRY_BYTES)
        throw unsupported('The parts that the edit list of the file shows begin with too many bytes.');
      const frame = await access.read(offset, offset + sizeBytes);
      media.push(withoutLeading(frame, units?.lengthSize ?? 4));
      places.set(offset, end);
      end += frame.byteLength;
    }
    const moved = edited.samples.map((sample) =>
      sample.isEntry ? { ...sample, offset: places.get(sample.offset) ?? sample.offset } : sample,
    );
    placed.set(at, { ...edited, samples: moved });
  }
  return { media, tracks: placed };
}

/** Returns what gives the file's last box an end before which another can follow; null if nothing does. */
function closed({ start, headerBytes, end }: TopLevelBox): Patch[] | null {
  const size = end - start;
  if (headerBytes === 16) return [{ start: start + 8, bytes: uint64(size) }];
  return size > 0xffff_ffff ? null : [{ start, bytes: uint32(size) }];
}

const PATH = new Set(['mdia', 'minf', 'stbl']);

function withTracks(moov: Buffer, edited: ReadonlyMap<number, EditedSamples>): Buffer {
  const [root] = childBoxes(moov, 0, moov.length);
  if (root === undefined) return moov;
  return rewritten(moov, root, (child) => {
    // It announces fragments.
    if (child.type === 'mvex') return NOTHING;
    const samples = child.type === 'trak' ? edited.get(child.start) : undefined;
    return samples === undefined ? whole(moov, child) : trackWith(moov, child, samples);
  });
}

const NOTHING = Buffer.alloc(0);

function trackWith(moov: Buffer, trak: Box, { samples, edits }: EditedSamples): Buffer {
  const log = logOf(samples);
  const list = box('edts', fullBox('elst', 1, 0, uint32(edits.length), ...edits.map(entryOf)));
  const change = (child: Box): Buffer => {
    if (child.type === 'edts') return NOTHING;
    if (child.type === 'tkhd') return Buffer.concat([whole(moov, child), list]);
    if (child.type === 'stbl') {
      const stsd = [...childBoxes(moov, child.body, child.end)].filter(({ type }) => type === 'stsd');
      const known = stsd.map((one) => whole(moov, one));
      return box('stbl', ...known, ...sampleTables(log), chunkOffsets(log.chunks, 0, true));
    }
    return PATH.has(child.type) ? rewritten(moov, child, change) : whole(moov, child);
  };
  return rewritten(moov, trak, change);
}

function entryOf({ durationTicks, mediaTime }: Edit): Buffer {
  return Buffer.concat([uint64(durationTicks), uint64(mediaTime), uint16(1, 0)]);
}

/** Returns the columns of a table, with samples that lie together in the file as one chunk. */
function logOf(samples: EditedSamples['samples']) {
  const log = emptyColumns();
  let first = 0;
  for (const [i, { offset, sizeBytes }] of samples.entries()) {
    if (samples[i + 1]?.offset === offset + sizeBytes) continue;
    logSamples(log, samples[first]?.offset ?? 0, samples.slice(first, i + 1));
    first = i + 1;
  }
  return log;
}

const whole = (moov: Buffer, { start, end }: Box): Buffer => moov.subarray(start, end);

function rewritten(moov: Buffer, { type, body, end }: Box, change: (child: Box) => Buffer): Buffer {
  return box(type, ...[...childBoxes(moov, body, end)].map(change));
}
