import { mapAhead } from '../../base/map-ahead.ts';
import { damaged } from '../../base/problem.ts';
import { sparseAccess } from '../../source/sparse-access.ts';
import { WITHOUT_PLACE } from '../isobmff/track-boxes.ts';
import type { CopyTrackInput } from '../model/copy-track.ts';
import type { Keyframe, Keyframes } from '../model/keyframes.ts';
import type { Media, VideoTrack } from '../model/media.ts';
import { openEntrySearch } from '../transport/entry.ts';
import { countUnits, readFirstUnit } from '../transport/first-unit.ts';
import { readProgramMaps } from '../transport/mpegts.ts';
import { type Splice, splicedReads } from '../transport/splice.ts';
import type { StreamClock } from '../transport/stream-clock.ts';
import { type Coding, codingOf } from './video-samples.ts';

type Input = Pick<CopyTrackInput, 'source' | 'object' | 'access' | 'signal' | 'trackIndex'>;
type Stream = { readonly media: Media; readonly clock: StreamClock | null };

/** Places that are looked for while one before them is read. */
const LOOKS_AHEAD = 4;
const TIMESCALE = 1000;
const WHOLE_FILE: Splice = { head: new Uint8Array(), from: 0 };

/**
 * Finds the keyframes of a film in a transport stream at or before times of the file's timeline, which rise; null for
 * codecs that no MP4 has. Interlaced films may have their fields in packets of their own, and are left out.
 */
export async function transportKeyframes(
  { source, object, access, signal, trackIndex }: Input,
  stream: Stream,
  seconds: readonly number[],
): Promise<Keyframes | null> {
  const track = stream.media.tracks.find(({ index }) => index === trackIndex);
  if (track?.kind !== 'video' || track.interlaced) return null;
  const { codec } = track;
  if (codec !== 'h264' && codec !== 'hevc') return null;
  const map = await readProgramMaps(access);
  const pid = map?.streams.find((each) => track.stream === `i:${each.pid}`)?.pid;
  // Blocks of the cache have many times the bytes of a look. Reads that go on together have a signal of their own.
  const file = stream.clock === null ? sparseAccess(source, object, AbortSignal.any([signal])) : access;
  const search = await openEntrySearch(file, stream, track);
  if (map === null || pid === undefined || search === null) return null;
  const { layout } = map;
  const read = async (time: number): Promise<Placed | null> => {
    const entry = await search(time);
    const splice = entry.kind === 'place' ? entry.splice : WHOLE_FILE;
    const headerCount = countUnits(splice.head, pid, layout);
    const unit = await readFirstUnit(splicedReads(file, splice), { pid, layout, headerCount });
    return unit && { from: splice.from, unit };
  };
  const first = await read(seconds[0] ?? 0);
  const coding = first && codingOf(codedTrack(track), first.unit);
  if (!coding) return null;
  return {
    head: { ...headOf(track, coding), ...WITHOUT_PLACE },
    units: { codec, lengthSize: 4 },
    async *frames(): AsyncGenerator<Keyframe, void, void> {
      let [last, times] = [first, 0];
      for await (const placed of mapAhead(seconds, LOOKS_AHEAD, read)) {
        if (placed === null) throw damaged('The file has no whole keyframe at a place that begins with one.');
        if (placed.from !== last.from && times > 0) {
          yield { data: coding.convert(last.unit, true), times };
          times = 0;
        }
        last = placed;
        times++;
      }
      yield { data: coding.convert(last.unit, true), times };
    },
  };
}

/** The access unit of a keyframe, and where it lies. */
type Placed = { readonly from: number; readonly unit: Uint8Array };

function codedTrack({ codec, codecString, codedWidth, codedHeight, colour }: VideoTrack) {
  const square = { squareWidth: codedWidth, squareHeight: codedHeight };
  return { codec, codecString, configuration: null, codedWidth, codedHeight, ...square, colour };
}

function headOf({ codedWidth: width, codedHeight: height }: VideoTrack, { sampleEntry }: Coding) {
  return {
    kind: 'video',
    timescale: TIMESCALE,
    sampleEntry,
    language: 'und',
    width,
    height,
  } as const;
}
