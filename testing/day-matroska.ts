import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Element, elements, find, unsigned } from '../functions/stream/media/demux/ebml.ts';
import { ID } from '../functions/stream/media/demux/matroska-ids.ts';
import { DAY_FRAME_RATE, DAY_SECONDS, UNIT_SECONDS } from './day-film.ts';
import { element, id, number, size } from './ebml-writer.ts';
import { ffmpeg } from './verify.ts';

const CLUSTER_TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;

/** Writes a Matroska file as long as the day film and with as many packets: 200 MB. Needs the part `ffmpeg`. */
export async function makeDayMatroska(folder: string, name: string): Promise<void> {
  const unit = join(folder, 'unit.mkv');
  const inputs = [
    ...['-f', 'lavfi', '-i', `color=c=red:s=64x36:r=${DAY_FRAME_RATE}`],
    ...['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=mono'],
  ];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '2', '-g', '120'];
  const ends = ['-t', String(UNIT_SECONDS), '-frames:a', String((UNIT_SECONDS * 48_000) / 1024)];
  await ffmpeg(...inputs, ...video, '-c:a', 'aac', ...ends, unit);
  const bytes = await readFile(unit);
  await rm(unit);
  const clusters = clustersOf(bytes);
  const sizes = clusters.reduce((sum, { data }) => sum + data.length, 0);
  const segment = find(bytes, { start: 0, end: bytes.length }, ID.segment);
  const [ebml] = elements(bytes, 0, bytes.length);
  const tracks = segment && find(bytes, segment, ID.tracks);
  if (!ebml || !tracks) throw new Error('The unit is no Matroska file.');
  const units = Array.from({ length: DAY_SECONDS / UNIT_SECONDS }, (_, i) => i);
  const front = [info(), bytes.subarray(tracks.at, tracks.end)];
  const cues = (mediaAt: number) =>
    element(
      ID.cues,
      ...units.flatMap((i) => {
        let at = mediaAt + i * sizes;
        return clusters.flatMap(({ data, milliseconds, keys }) => {
          const position = at;
          at += data.length;
          const times = keys.map((key) => i * UNIT_SECONDS * 1000 + milliseconds + key);
          return times.map((time) => cuePoint(time, position));
        });
      }),
    );
  const frontBytes = front.reduce((sum, part) => sum + part.length, 0);
  const file = await open(join(folder, name), 'w');
  try {
    const head = [...front, cues(frontBytes + cues(0).length)];
    const length = head.reduce((sum, part) => sum + part.length, 0) + sizes * units.length;
    const segmentHead = Buffer.concat([id(ID.segment), size(length)]);
    await file.write(Buffer.concat([bytes.subarray(ebml.at, ebml.end), segmentHead, ...head]));
    for (let i = 0; i < units.length; i += 100) {
      const parts = units.slice(i, i + 100).flatMap((unitIndex) =>
        clusters.map(({ data, milliseconds, timestampAt }) => {
          const copy = Buffer.from(data);
          copy.writeBigUInt64BE(BigInt(unitIndex * UNIT_SECONDS * 1000 + milliseconds), timestampAt);
          return copy;
        }),
      );
      await file.write(Buffer.concat(parts));
    }
  } finally {
    await file.close();
  }
}

type Cluster = {
  readonly data: Buffer;
  /** Where its time stands within `data`, in eight bytes. */
  readonly timestampAt: number;
  readonly milliseconds: number;
  /** Of the video's keyframes, from the cluster's time on. */
  readonly keys: readonly number[];
};

function clustersOf(bytes: Buffer): Cluster[] {
  const segment = find(bytes, { start: 0, end: bytes.length }, ID.segment);
  if (!segment) throw new Error('The unit has no segment.');
  const found = [...elements(bytes, segment.start, segment.end)].filter((part) => part.id === ID.cluster);
  return found.map((cluster) => {
    const parts = [...elements(bytes, cluster.start, cluster.end)];
    const blocks = parts.filter((part) => part.id === SIMPLE_BLOCK || part.id === BLOCK_GROUP);
    const timestamp = find(bytes, cluster, CLUSTER_TIMESTAMP);
    const time = element(CLUSTER_TIMESTAMP, Buffer.alloc(8));
    const data = element(ID.cluster, time, ...blocks.map(({ at, end }) => bytes.subarray(at, end)));
    return {
      data,
      timestampAt: 4 + 8 + time.length - 8,
      milliseconds: timestamp ? unsigned(bytes, timestamp) : 0,
      keys: blocks.flatMap((block) => keyOf(bytes, block)),
    };
  });
}

/** A block begins with its track (the video is the first), its time and its flags (RFC 9559 §10.2). */
function keyOf(bytes: Buffer, { id: kind, start }: Element): number[] {
  const isKey = kind === SIMPLE_BLOCK && bytes[start] === 0x81 && ((bytes[start + 3] ?? 0) & 0x80) !== 0;
  return isKey ? [bytes.readInt16BE(start + 1)] : [];
}

function info(): Buffer {
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(DAY_SECONDS * 1000);
  return element(ID.info, number(ID.timestampScale, 1_000_000), element(ID.duration, duration));
}

function cuePoint(milliseconds: number, position: number): Buffer {
  const place = element(
    ID.cueTrackPositions,
    number(ID.cueTrack, 1),
    number(ID.cueClusterPosition, position),
  );
  return element(ID.cuePoint, number(ID.cueTime, milliseconds), place);
}
