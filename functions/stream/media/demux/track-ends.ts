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

const ENTRIES = 'packet=stream_index,pts_time,dts_time,duration_time:stream=index,id';
const ARGUMENTS = ['-of', 'csv', '-show_entries', ENTRIES];

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
function endsIn(csv: string): Map<string, number> {
  const packets = new Map<string, TailPacket[]>();
  const names = new Map<string, string>();
  for (const line of csv.split('\n')) {
    const [what, index = '', ...values] = line.split(',');
    if (what === 'stream') names.set(index, `i:${Number(values[0])}`);
    if (what !== 'packet') continue;
    const [pts = Number.NaN, dts = Number.NaN, seconds = Number.NaN] = values.map(Number.parseFloat);
    const own = packets.get(index) ?? [];
    packets.set(index, own);
    own.push({ pts, dts, seconds });
  }
  return new Map(
    [...packets].flatMap(([index, own]) => {
      const name = names.get(index);
      const end = endOf(own);
      return name === undefined || end === null ? [] : [[name, end] as const];
    }),
  );
}

/**
 * Returns the latest end. Program streams do not time every frame: one without a time is shown as long after
 * its decoding as the others.
 */
function endOf(packets: readonly TailPacket[]): number | null {
  const leads = packets.map(({ pts, dts }) => pts - dts).filter((lead) => lead >= 0);
  const least = leads.reduce((a, b) => Math.min(a, b), leads[0] ?? 0);
  const ends = packets
    .map(({ pts, dts, seconds }) => (Number.isNaN(pts) ? dts + least : pts) + seconds)
    .filter((end) => Number.isFinite(end));
  return ends.length === 0 ? null : ends.reduce((last, end) => Math.max(last, end));
}
