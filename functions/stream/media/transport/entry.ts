import type { RandomAccess } from '../../source/bytes.ts';
import type { AudioTrack, Media, VideoTrack } from '../model/media.ts';
import type { AccessUnitScan } from './access-units.ts';
import { codingOfTrack } from './coding.ts';
import { findSplice } from './find-splice.ts';
import { readProgramMaps } from './mpegts.ts';
import { TICKS_PER_SECOND } from './pes.ts';
import { psAccessUnits } from './ps-access-units.ts';
import { FIRST_VIDEO_ID, isProgramStream, psPackets } from './ps-packets.ts';
import type { Splice } from './splice.ts';
import type { StreamClock } from './stream-clock.ts';
import { tsAccessUnits } from './ts-access-units.ts';

/** Start of reading: the file's beginning, or a place that replaces it. */
export type Entry = { readonly kind: 'beginning' } | { readonly kind: 'place'; readonly splice: Splice };

/** Finds the entry for seconds of the file's timeline; what one search has seen, the next ones use. */
export type EntrySearch = (seconds: number) => Promise<Entry>;

/**
 * Opens a search for places at which to decode a track of a transport or program stream so that the output is exact
 * from a time on. These have no index, and demuxers guess. Null if only a demuxer can tell.
 */
export async function openEntrySearch(
  file: RandomAccess,
  { media, clock }: { readonly media: Media; readonly clock: StreamClock | null },
  track: MediaTrack,
): Promise<EntrySearch | null> {
  const scan = await openAccessUnits(file, media, track);
  if (scan === null) return null;
  const { numerator, denominator } = (track.kind === 'video' && track.frameRate) || USUAL_RATE;
  const searched = {
    sizeBytes: file.sizeBytes,
    lengthSeconds: media.durationSeconds,
    beginnings: clock?.parts.map(({ start }) => start) ?? [0],
    landmarks: [],
  };
  const originTicks = Math.round(media.originSeconds * TICKS_PER_SECOND);
  return async (seconds) => {
    const splice = await findSplice(scan, searched, {
      originTicks,
      seconds,
      frameSeconds: denominator / numerator,
    });
    return splice === null ? { kind: 'beginning' } : { kind: 'place', splice };
  };
}

/** Finds one entry; null if only a demuxer can tell. */
export async function findEntry(
  file: RandomAccess,
  stream: { readonly media: Media; readonly clock: StreamClock | null },
  track: MediaTrack,
  seconds: number,
): Promise<Entry | null> {
  const search = await openEntrySearch(file, stream, track);
  return search === null ? null : search(seconds);
}

const USUAL_RATE = { numerator: 25, denominator: 1 };

type MediaTrack = VideoTrack | AudioTrack;

async function openAccessUnits(
  file: RandomAccess,
  media: Media,
  track: MediaTrack,
): Promise<AccessUnitScan | null> {
  if (media.container === 'mpegts') return openTransportStream(file, track);
  if (media.container !== 'other' || track.kind !== 'video') return null;
  const head = await file.read(0, HEAD_BYTES);
  return isProgramStream(head) ? openProgramStream(file, head, track) : null;
}

async function openTransportStream(file: RandomAccess, track: MediaTrack): Promise<AccessUnitScan | null> {
  const map = await readProgramMaps(file);
  const pid = map?.streams.find((stream) => track.stream === `i:${stream.pid}`)?.pid;
  const coding = track.kind === 'audio' ? 'audio' : codingOfTrack(track);
  return map && pid !== undefined && coding ? tsAccessUnits(file, map, pid, coding) : null;
}

const HEAD_BYTES = 512 * 1024;

function openProgramStream(file: RandomAccess, head: Uint8Array, track: VideoTrack): AccessUnitScan | null {
  const timed = [...psPackets(head)].filter(({ header }) => header !== null);
  const videos = [...new Set(timed.map(({ id }) => id))].filter((id) => id >= FIRST_VIDEO_ID);
  // ffmpeg numbers program streams by their ids, and MPEG-1 and MPEG-2 have one each.
  const streamId = videos.find((id) => track.stream === `i:${0x100 + id}`) ?? videos[0];
  const coding = codingOfTrack(track);
  const [first] = timed;
  if (streamId === undefined || first === undefined || coding === null) return null;
  return psAccessUnits(file, { tables: Buffer.from(head.subarray(0, first.at)), streamId }, coding);
}
