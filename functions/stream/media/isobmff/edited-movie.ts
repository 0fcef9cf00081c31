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
import type { TopLevelBox } from './top-level.ts';
import { chunkOffsets, sampleTables } from './write-flat.ts';

/** So many boxes were walked in any case. */
const WALKED_BOXES = 1_000;

/**
 * Opens a movie with `patches`, and with another index behind it if tracks show several parts: ffmpeg's reader places
 * the later parts wrong, and takes what shows nothing for samples. Throws `unsupported-media` for too many samples.
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
  const hidden = { start: start + TYPE_AT, bytes: Buffer.from('free', 'latin1') };
  try {
    const { media, tracks } = await withEntries(access, edited, last.end + MDAT_BYTES);
    const tail = Buffer.concat([box('mdat', ...media), withTracks(bytes, tracks)]);
    return appended(overlay(access, [...patches, ...closing, hidden]), last.end, tail);
  } catch (error) {
    throw asDamaged(error);
  }
}

const TYPE_AT = 4;
const MDAT_BYTES = 8;

type EditedTrack = {
  readonly edited: EditedSamples;
  readonly units: ReturnType<typeof unitsOf>;
};

/** By the offset of its box in the index. */
function editedTracks(movie: Movie): ReadonlyMap<number, EditedTrack> {
  const found = new Map<number, EditedTrack>();
  if (movie.fragments !== null || movie.topLevel.length >= WALKED_BOXES) return found;
  for (const track of movie.tracks) {
    const { entry, edits, trak } = track;
    if (edits.length < 2 && edits.every(({ rate }) => rate === 1)) continue;
    // Several entries have samples each, and the table here does not tell which.
    if (entry === null || entry.hasOthers || !(entry.video || entry.audio)) continue;
    const table = tableOf(movie, track);
    const edited = table && editedSamples(movie, track, table);
    if (edited !== null) found.set(trak.start, { edited, units: unitsOf(track) });
  }
  return found;
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
    const samples = child.type === 'trak' ? edited.get(child.start) : undefined;
    return samples === undefined ? whole(moov, child) : trackWith(moov, child, samples);
  });
}

function trackWith(moov: Buffer, trak: Box, { samples, edits }: EditedSamples): Buffer {
  const log = logOf(samples);
  const change = (child: Box): Buffer => {
    if (child.type === 'edts')
      return box('edts', fullBox('elst', 1, 0, uint32(edits.length), ...edits.map(entryOf)));
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
