import type { Stretch } from './changing-audio.ts';
import { CODING_OF_STREAM_TYPE } from './coding.ts';
import { type ProgramMap, type ProgramStream, programMapPids, programStreams } from './mpegts.ts';
import { isInForce, PROGRAM_ASSOCIATION, PROGRAM_MAP, sectionCollector } from './sections.ts';
import { PACKET_BYTES, tsPackets } from './ts-packet.ts';

/**
 * Returns the PIDs of video and audio that are of another codec in a later program map, and of video that goes on under
 * another PID: whatever decodes the beginning of them decodes nothing of what follows.
 */
export function changingCodecs(
  stretches: readonly Stretch[],
  { layout, streams, tables }: ProgramMap,
): ReadonlySet<number> {
  const changing = new Set<number>();
  const first = codecsOf(streams);
  // A stretch may have a program map without what tells its PID.
  const listed = [{ position: 0, bytes: tables }, ...stretches];
  for (const map of programMaps(listed, layout)) {
    const codecs = codecsOf(map);
    for (const [pid, codec] of first) if ((codecs.get(pid) ?? codec) !== codec) changing.add(pid);
    for (const pid of movedFilms(filmsOf(streams), filmsOf(map))) changing.add(pid);
  }
  return changing;
}

/** Codecs of audio by stream types of ISO/IEC 13818-1 table 2-34 and ATSC A/52; films have a table of their own. */
const AUDIO_CODECS: Readonly<Record<number, string>> = {
  3: 'mpeg audio',
  4: 'mpeg audio',
  15: 'aac',
  17: 'latm',
  129: 'ac3',
  135: 'eac3',
};

const filmCodec = ({ streamType }: ProgramStream) => CODING_OF_STREAM_TYPE[streamType] ?? null;

/** By PID; without those that a stream type alone does not tell. */
function codecsOf(streams: readonly ProgramStream[]): ReadonlyMap<number, string> {
  return new Map(
    streams.flatMap((stream) => {
      const codec = filmCodec(stream) ?? AUDIO_CODECS[stream.streamType];
      return codec === undefined ? [] : [[stream.pid, codec] as const];
    }),
  );
}

function filmsOf(streams: readonly ProgramStream[]): readonly number[] {
  return streams.filter((stream) => filmCodec(stream) !== null).map(({ pid }) => pid);
}

/** Returns the film that is gone, and the one that has come in its place. None if there is no film for a while. */
function movedFilms(before: readonly number[], after: readonly number[]): readonly number[] {
  const gone = before.filter((pid) => !after.includes(pid));
  const come = after.filter((pid) => !before.includes(pid));
  return gone.length === 0 || come.length === 0 ? [] : [...gone, ...come];
}

/** Yields the program maps of stretches in the file's order, as far as these have one program. */
function* programMaps(
  stretches: readonly Stretch[],
  layout: ProgramMap['layout'],
): Generator<readonly ProgramStream[], void, void> {
  let maps: readonly number[] = [];
  for (const { position, bytes } of stretches) {
    const sectionWith = sectionCollector();
    for (const { at, pid } of tsPackets(bytes, position, layout)) {
      if (pid !== 0 && !maps.includes(pid)) continue;
      const section = sectionWith(pid, bytes.subarray(at, at + PACKET_BYTES));
      if (section === null || !isInForce(section)) continue;
      if (pid === 0 && section[0] === PROGRAM_ASSOCIATION) maps = programMapPids(section);
      else if (maps.length === 1 && section[0] === PROGRAM_MAP) yield programStreams(section);
    }
  }
}
