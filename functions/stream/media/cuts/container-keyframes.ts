import { mapAhead } from '../../base/map-ahead.ts';
import { damaged } from '../../base/problem.ts';
import { sparseAccess } from '../../source/sparse-access.ts';
import { readMatroskaHead } from '../demux/matroska.ts';
import { blockAt } from '../demux/matroska-block.ts';
import { type Cue, readCues } from '../demux/matroska-cues.ts';
import { openContainer } from '../demux/mediabunny.ts';
import { WITHOUT_PLACE } from '../isobmff/track-boxes.ts';
import type { ContainerVideoTrack } from '../model/container.ts';
import type { CopyTrackInput } from '../model/copy-track.ts';
import { type Keyframe, type Keyframes, nearestPositions, runsOf } from '../model/keyframes.ts';
import { codingOf, videoHead } from './video-samples.ts';

type Input = Pick<CopyTrackInput, 'source' | 'object' | 'access' | 'signal' | 'trackIndex'>;

/** Reads that are under way while one before them is read. */
const READS_AHEAD = 8;
/** A keyframe of 720p has about so many; a larger one takes a second read. */
const READ_BYTES = 128 * 1024;
/** More than any frame has. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * Finds the keyframes of a film in Matroska that are nearest to times of the file's timeline, which rise;
 * null if its index does not tell where they lie, or if no MP4 has its coding.
 */
export async function containerKeyframes(
  input: Input,
  seconds: readonly number[],
): Promise<Keyframes | null> {
  const { access, signal, trackIndex } = input;
  const container = await openContainer(access, signal);
  if (container === null) return null;
  try {
    const track = container.tracks.find(({ index }) => index === trackIndex);
    const number = (await readMatroskaHead(access))?.tracks.find(({ index }) => index === trackIndex)?.number;
    if (track?.kind !== 'video' || number === undefined) return null;
    const cues = (await readCues(access))?.get(number) ?? [];
    const [cue] = cues;
    if (cue === undefined || !cues.every(({ isBlock }) => isBlock)) return null;
    const first = await firstPacket(track, cue.seconds - container.originSeconds);
    const coding = first && codingOf(track, first);
    // Packets may be stored without bytes that all of them have.
    if (!coding || !(await readFrame(input, cue, number)).equals(first)) return null;
    const times = cues.map((each) => each.seconds - container.originSeconds);
    const runs = runsOf(nearestPositions(times, seconds));
    const { codec } = track;
    return {
      head: { ...videoHead(track, coding, 1000), ...WITHOUT_PLACE },
      // Samples have lengths of four bytes, whatever the packets had.
      units: codec === 'h264' || codec === 'hevc' ? { codec, lengthSize: 4 } : null,
      async *frames(): AsyncGenerator<Keyframe, void, void> {
        const chosen = runs.map(({ position }) => cues[position] ?? cue);
        let next = 0;
        for await (const packet of mapAhead(chosen, READS_AHEAD, (each) => readFrame(input, each, number)))
          yield { data: coding.convert(packet, true), times: runs[next++]?.times ?? 1 };
      },
    };
  } finally {
    container.close();
  }
}

async function firstPacket(track: ContainerVideoTrack, seconds: number): Promise<Uint8Array | null> {
  for await (const { data } of track.packets(seconds + track.resolutionSeconds / 2)) return data.slice();
  return null;
}

/** Reads the frame that a cue points at. Rejects with `damaged-media` if there is none. */
async function readFrame({ source, object, signal }: Input, cue: Cue, number: number): Promise<Buffer> {
  // Each read has its own signal: several of them listen at the same time.
  const file = sparseAccess(source, object, AbortSignal.any([signal]));
  const bytes = await file.read(cue.at, cue.at + READ_BYTES);
  const frame = blockAt(bytes, cue, number);
  if (frame === null || frame.end > object.sizeBytes || frame.end - frame.start > MOST_BYTES)
    throw damaged('The index of the file leads to no frame.');
  const have = bytes.subarray(frame.start - cue.at, frame.end - cue.at);
  const missing = frame.end - (cue.at + bytes.byteLength);
  const rest = missing <= 0 ? [] : [await file.read(cue.at + bytes.byteLength, frame.end)];
  return Buffer.concat([have, ...rest]);
}
