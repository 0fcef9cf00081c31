import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elements, find } from '../functions/stream/media/demux/ebml.ts';
import { ID } from '../functions/stream/media/demux/matroska-ids.ts';
import { element, id, number, size } from './ebml-writer.ts';
import { ffmpeg } from './verify.ts';

const CLUSTER_SECONDS = 2;
const CLUSTERS = 3_600;
/** Two hours at 2.4 Mbit/s: 2.1 GB. */
const FRAME_BYTES = 600_000;
/** Every third cluster has a cue. */
const CLUSTERS_A_CUE = 3;
export const SPARSE_CUES = CLUSTERS / CLUSTERS_A_CUE;
export const cueStartSeconds = (cue: number) => cue * CLUSTERS_A_CUE * CLUSTER_SECONDS;
const [VIDEO, TEXT] = [1, 2];

/**
 * Writes a Matroska film of two hours and 2 GB with subtitles, whose frames are holes of the file system: it takes no
 * space and hardly any time. With `hasTextCues` its index names the subtitles, as ffmpeg and mkvmerge write it. Needs the
 * part `ffmpeg`.
 */
export async function makeSparseMatroska(folder: string, name: string, hasTextCues: boolean): Promise<void> {
  const { ebml, tracks, frame } = await unit(folder);
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(CLUSTERS * CLUSTER_SECONDS * 1000);
  const info = element(ID.info, number(ID.timestampScale, 1_000_000), element(ID.duration, duration));
  const clusters = Array.from({ length: CLUSTERS }, (_, i) => clusterOf(i, frame));
  const cues = (mediaAt: number) => {
    let at = mediaAt;
    const points = clusters.flatMap(({ head, textAt, bytes }, i) => {
      const time = i * CLUSTER_SECONDS * 1000;
      const position = number(ID.cueClusterPosition, at);
      at += bytes;
      const place = element(ID.cueTrackPositions, number(ID.cueTrack, VIDEO), position);
      const text = element(
        ID.cueTrackPositions,
        ...[number(ID.cueTrack, TEXT), position, number(ID.cueRelativePosition, textAt)],
        number(ID.cueDuration, 1_500),
      );
      const isNamed = hasTextCues && head.length > textAt && i % CLUSTERS_A_CUE === 0;
      return [element(ID.cuePoint, number(ID.cueTime, time), place, ...(isNamed ? [text] : []))];
    });
    return element(ID.cues, ...points);
  };
  const seeks = (positions: readonly number[]) => element(ID.seekHead, ...positions.map(seekTo));
  const infoAt = seeks([0, 0, 0]).length;
  const cuesAt = infoAt + info.length + tracks.length;
  const front = [seeks([infoAt, infoAt + info.length, cuesAt]), info, tracks];
  const frontBytes = front.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.concat([...front, cues(frontBytes + cues(0).length)]);
  const media = clusters.reduce((sum, { bytes }) => sum + bytes, 0);
  const file = await open(join(folder, name), 'w');
  try {
    const before = Buffer.concat([ebml, id(ID.segment), size(head.length + media), head]);
    await file.write(before, 0, before.length, 0);
    let at = before.length;
    for (const cluster of clusters) {
      await file.write(cluster.head, 0, cluster.head.length, at);
      at += cluster.bytes;
    }
    await file.truncate(at);
  } finally {
    await file.close();
  }
}

function seekTo(position: number, which: number): Buffer {
  const kind = [ID.info, ID.tracks, ID.cues][which] ?? 0;
  return element(ID.seek, element(ID.seekId, id(kind)), number(ID.seekPosition, position));
}

/** The tracks as ffmpeg writes them, and a frame. */
async function unit(folder: string) {
  const path = join(folder, 'unit.mkv');
  const srt = join(folder, 'unit.srt');
  await ffmpeg('-f', 'lavfi', '-i', 'color=s=64x36:r=1:d=2', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path);
  const film = join(folder, 'unit-with-text.mkv');
  await writeFile(srt, '1\n00:00:00,000 --> 00:00:01,000\nunit\n');
  await ffmpeg('-i', path, '-i', srt, '-map', '0', '-map', '1', '-c', 'copy', film);
  const bytes = await readFile(film);
  for (const each of [path, srt, film]) await rm(each);
  const [ebml] = elements(bytes, 0, bytes.length);
  const segment = find(bytes, { start: 0, end: bytes.length }, ID.segment);
  const tracks = segment && find(bytes, segment, ID.tracks);
  const cluster = segment && find(bytes, segment, ID.cluster);
  const block = cluster && find(bytes, cluster, ID.simpleBlock);
  if (!ebml || !tracks || !block) throw new Error('The unit is no Matroska file.');
  return {
    ebml: bytes.subarray(ebml.at, ebml.end),
    tracks: bytes.subarray(tracks.at, tracks.end),
    frame: filled(bytes.subarray(block.start + BLOCK_HEAD_BYTES, block.end)),
  };
}

/** Track, time and flags. */
const BLOCK_HEAD_BYTES = 4;
/** Filler data of H.264 (ISO/IEC 14496-10 §7.3.2.7). */
const FILLER = 12;

/** Lets a unit of filler data follow, up to the size of all frames. */
function filled(frame: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(FRAME_BYTES - frame.length - 4);
  head[4] = FILLER;
  return Buffer.concat([frame, head]);
}

/** All of a cluster but its hole, which follows `head`. */
type Cluster = { readonly head: Buffer; readonly textAt: number; readonly bytes: number };

function clusterOf(i: number, frame: Uint8Array): Cluster {
  const time = number(ID.timestamp, i * CLUSTER_SECONDS * 1000);
  const text = Buffer.concat([Buffer.of(0x80 | TEXT, 0, 0, 0), Buffer.from(`Cue ${i / CLUSTERS_A_CUE}`)]);
  const group = element(ID.blockGroup, element(ID.block, text), number(ID.blockDuration, 1_500));
  const own = i % CLUSTERS_A_CUE === 0 ? [group] : [];
  const block = Buffer.concat([
    id(ID.simpleBlock),
    size(4 + FRAME_BYTES),
    Buffer.of(0x80 | VIDEO, 0, 0, 0x80),
  ]);
  const data = Buffer.concat([time, ...own, block]);
  const length = data.length + FRAME_BYTES;
  const head = Buffer.concat([id(ID.cluster), size(length), data, frame]);
  return { head, textAt: time.length, bytes: id(ID.cluster).length + size(0).length + length };
}
