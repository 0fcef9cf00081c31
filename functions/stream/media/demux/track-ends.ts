import { type FfprobeOptions, runFfprobe } from '../ffprobe/run-ffprobe.ts';
import type { Media, Track } from '../model/media.ts';

/**
 * Returns the media with each track as long as its last packets tell, which ffprobe reads one by one at the
 * http URL of a file's end, on the file's own clock. A demuxer's own figure takes the last PES packet for one
 * frame, and one of audio has several.
 */
export async function withTrackEnds(media: Media, url: string, options: FfprobeOptions): Promise<Media> {
  const ends = endsIn(await runFfprobe(url, ARGUMENTS, options));
  const tracks = media.tracks.map((track) => lengthened(track, ends.get(track.stream), media.originSeconds));
  const longest = tracks.map(({ startSeconds, durationSeconds }) => startSeconds + (durationSeconds ?? 0));
  const { durationSeconds } = media;
  return {
    ...media,
    tracks,
    durationSeconds: durationSeconds === null ? null : Math.max(durationSeconds, ...longest),
  };
}

const ENTRIES = 'packet=stream_index,pts_time,dts_time,duration_time:stream=index,id,has_b_frames';
const ARGUMENTS = ['-of', 'compact', '-show_entries', ENTRIES];

/** The most seconds of one PES packet; larger differences are of other clocks than the file's. */
const MOST_SECONDS = 2;

function lengthened(track: Track, endSeconds: number | undefined, originSeconds: number): Track {
  const { startSeconds, durationSeconds } = track;
  if (durationSeconds === null || endSeconds === undefined) return track;
  const longer = endSeconds - originSeconds - startSeconds;
  return longer > durationSeconds && longer < durationSeconds + MOST_SECONDS
    ? { ...track, durationSeconds: longer }
    : track;
}

type TailPacket = { readonly pts: number; readonly dts: number; readonly seconds: number };

/** Returns the ends by ffmpeg's specifier of the track (`Track.stream`). */
function endsIn(compact: string): Map<string, number> {
  const packets = new Map<string, TailPacket[]>();
  const ends = new Map<string, number>();
  for (const line of compact.split('\n')) {
    const [what, ...pairs] = line.split('|');
    const fields = new Map(pairs.map((pair) => pair.split('=') as [string, string]));
    const number = (name: string) => Number.parseFloat(fields.get(name) ?? '');
    if (what === 'packet') {
      const index = fields.get('stream_index') ?? '';
      const own = packets.get(index) ?? [];
      packets.set(index, own);
      own.push({ pts: number('pts_time'), dts: number('dts_time'), seconds: number('duration_time') });
    }
    // Streams are listed behind all packets.
    if (what === 'stream') {
      const end = endOf(packets.get(fields.get('index') ?? '') ?? [], number('has_b_frames') || 0);
      if (end !== null) ends.set(`i:${Number(fields.get('id'))}`, end);
    }
  }
  return ends;
}

/**
 * Returns the latest end. Program streams do not time every frame: one without a time may be the last that is shown,
 * which is as much later than the last that is decoded as frames are reordered.
 */
function endOf(packets: readonly TailPacket[], reorderedFrames: number): number | null {
  const timed = packets.map(({ pts, seconds }) => pts + seconds);
  const decoded = packets.map(({ dts, seconds }) => dts + (reorderedFrames + 1) * seconds);
  const isTimed = packets.every(({ pts }) => !Number.isNaN(pts));
  const ends = (isTimed ? timed : [...timed, ...decoded]).filter((end) => Number.isFinite(end));
  return ends.length === 0 ? null : ends.reduce((last, end) => Math.max(last, end));
}
