import type { RandomAccess } from '../../source/bytes.ts';
import type { AudioTrack, Media, VideoTrack } from '../model/media.ts';
import type { AccessUnitScan } from './access-units.ts';
import { CODING_OF_STREAM_TYPE, codingOfTrack } from './coding.ts';
import { findAccessUnit } from './find-access-unit.ts';
import { readProgramMap } from './mpegts.ts';
import { TICKS_PER_SECOND } from './pes.ts';
import { psAccessUnits } from './ps-access-units.ts';
import { isProgramStream, psPackets } from './ps-packets.ts';
import type { Splice } from './splice.ts';
import { tsAccessUnits } from './ts-access-units.ts';

/** Start of reading: the file's beginning, or a place that replaces it; null if only a demuxer can tell. */
export type Entry = { readonly kind: 'beginning' } | { readonly kind: 'place'; readonly splice: Splice };

/**
 * Finds where to decode a track of a transport or program stream so that the output is exact from `seconds`
 * of the file's timeline on. These have no index, and demuxers guess.
 */
export async function findEntry(
  file: RandomAccess,
  media: Media,
  track: VideoTrack | AudioTrack,
  seconds: number,
): Promise<Entry | null> {
  const scan = await openAccessUnits(file, media, track);
  if (scan === null) return null;
  const { numerator, denominator } = (track.kind === 'video' && track.frameRate) || USUAL_RATE;
  const accessUnit = await findAccessUnit(scan, file.sizeBytes, {
    originTicks: Math.round(media.originSeconds * TICKS_PER_SECOND),
    seconds,
    frameSeconds: denominator / numerator,
  });
  return accessUnit === null ? { kind: 'beginning' } : { kind: 'place', splice: accessUnit.splice() };
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
  const map = await readProgramMap(file);
  const stream = map?.streams[track.index];
  const coding = track.kind === 'audio' ? 'audio' : stream && CODING_OF_STREAM_TYPE[stream.streamType];
  return map && stream && coding ? tsAccessUnits(file, map, stream.pid, coding) : null;
}

const HEAD_BYTES = 512 * 1024;

function openProgramStream(file: RandomAccess, head: Uint8Array, track: VideoTrack): AccessUnitScan | null {
  const packets = [...psPackets(head)];
  const timed = packets.filter(({ header }) => header !== null);
  const ids = new Set(timed.map(({ id }) => id));
  const videos = [...ids].filter((id) => id >= 0xe0);
  const [streamId] = videos;
  const [first] = timed;
  const [own] = timed.filter(({ id }) => id === streamId);
  // Among several, only a demuxer tells them apart.
  if (streamId === undefined || videos.length > 1 || !first || !own?.header) return null;
  const coding = codingOfTrack(track, head.subarray(own.at + own.header.headerBytes, own.end));
  return coding && psAccessUnits(file, { tables: Buffer.from(head.subarray(0, first.at)), streamId }, coding);
}
