import { mapAhead } from '../../base/map-ahead.ts';
import { damaged } from '../../base/problem.ts';
import type { CachedAccess } from '../../source/cache.ts';
import { WITHOUT_PLACE } from '../isobmff/track-boxes.ts';
import { type Keyframe, type Keyframes, runsOf } from '../model/keyframes.ts';
import type { Media, VideoTrack } from '../model/media.ts';
import { findEntry } from '../transport/entry.ts';
import { countUnits, readFirstUnit } from '../transport/first-unit.ts';
import { readProgramMaps } from '../transport/mpegts.ts';
import { type Splice, spliced } from '../transport/splice.ts';
import type { StreamClock } from '../transport/stream-clock.ts';
import { type Coding, codingOf } from './video-samples.ts';

type Input = { readonly access: CachedAccess; readonly trackIndex: number };
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
  { access, trackIndex }: Input,
  stream: Stream,
  seconds: readonly number[],
): Promise<Keyframes | null> {
  const track = stream.media.tracks.find(({ index }) => index === trackIndex);
  if (track?.kind !== 'video' || track.interlaced) return null;
  const { codec } = track;
  if (codec !== 'h264' && codec !== 'hevc') return null;
  const map = await readProgramMaps(access);
  const pid = map?.streams.find((each) => track.stream === `i:${each.pid}`)?.pid;
  if (map === null || pid === undefined) return null;
  const { layout } = map;
  const splices: Splice[] = [];
  for await (const entry of mapAhead(seconds, LOOKS_AHEAD, (each) => findEntry(access, stream, track, each)))
    splices.push(entry?.kind === 'place' ? entry.splice : WHOLE_FILE);
  const runs = runsOf(splices.map(({ from }) => from));
  const read = async (from: number): Promise<Uint8Array | null> => {
    const splice = splices.find((each) => each.from === from) ?? WHOLE_FILE;
    const headerCount = countUnits(splice.head, pid, layout);
    return readFirstUnit(spliced(access, splice), { pid, layout, headerCount });
  };
  const first = await read(runs[0]?.position ?? 0);
  const coding = first && codingOf(codedTrack(track), first);
  if (!coding) return null;
  return {
    head: { ...headOf(track, coding), ...WITHOUT_PLACE },
    units: { codec, lengthSize: 4 },
    async *frames(): AsyncGenerator<Keyframe, void, void> {
      let next = 0;
      for await (const unit of mapAhead(runs, LOOKS_AHEAD, ({ position }) => read(position))) {
        if (unit === null) throw damaged('The file has no whole keyframe at a place that begins with one.');
        yield { data: coding.convert(unit, true), times: runs[next++]?.times ?? 1 };
      }
    },
  };
}

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
