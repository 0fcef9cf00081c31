import * as v from 'valibot';
import { damaged, type Problem } from '../../base/problem.ts';
import { CONTAINER_PROFILES, CONTAINERS, type Container } from '../model/containers.ts';
import type { Media, Track } from '../model/media.ts';
import { number, optionalNumber, STREAM, trackOf } from './ffprobe-tracks.ts';
import { declaresFlvDuration } from './flv-duration.ts';
import { type FfprobeOptions, notMedia, runFfprobe } from './run-ffprobe.ts';

export type DescribeOptions = FfprobeOptions & {
  /** True if the first bytes are those of media, so that an uncertain finding counts. */
  readonly isKnown: boolean;
  /** The first bytes of the file. */
  readonly head: Uint8Array;
};

/**
 * Describes what ffprobe sees at an http URL. Rejects with `not-media` if it sees nothing or only guesses,
 * with `damaged-media` if it sees streams without substance, and with `unsupported-media` if it takes too
 * long.
 */
export async function describeWithFfprobe(url: string, options: DescribeOptions): Promise<Media> {
  const output = v.safeParse(OUTPUT, parseJson(await runFfprobe(url, ARGUMENTS, options)));
  if (!output.success) throw notMedia({ cause: output.issues });
  const { format, streams, packets } = output.output;
  if (format.probe_score < (options.isKnown ? LEAST_KNOWN_SCORE : LEAST_SCORE)) throw notMedia();
  if (packets.length === 0) throw damaged('This file has the header of a recording, but nothing recorded.');
  const container = containerOf(format.format_name);
  // Clocks of broadcast formats start anywhere: their timeline begins at the earliest packet.
  const origin = ['mpegts', 'mpeg'].includes(format.format_name) ? (format.start_time ?? 0) : 0;
  const ids = streams.map(({ id }) => id);
  const isCounted = CONTAINERS[container].length === 'units';
  const tracks = streams.map((stream) =>
    trackOf(stream, { origin, isCounted, hasOwnId: ids.filter((id) => id === stream.id).length === 1 }),
  );
  if (tracks.every((track) => track.kind !== 'video' && track.kind !== 'audio')) throw notMedia();
  for (const track of tracks) {
    if (track.kind === 'video' && (track.codedWidth <= 0 || track.codedHeight <= 0)) throw noVideo();
  }
  const durationSeconds =
    (isCounted ? longestOf(tracks) : null) ?? declaredSeconds(container, output.output, options.head);
  return { container, durationSeconds, originSeconds: origin, tracks, layout: null };
}

/** Returns the header's duration, counted from the start of what is shown; null if there is none. */
function declaredSeconds(container: Container, { format, packets }: Output, head: Uint8Array): number | null {
  const declared = positive(format.duration);
  const start = format.start_time ?? 0;
  const { durationFrom: from } = CONTAINERS[container];
  const durationFrom = container === 'flv' && !declaresFlvDuration(head) ? 'zero' : from;
  if (declared === null || durationFrom === 'start') return declared;
  const decoded = packets.flatMap(({ dts_time: time }) => time ?? []);
  const lead = start - (durationFrom === 'zero' ? 0 : Math.min(start, ...decoded));
  return declared > lead ? declared - lead : declared;
}

/** The end of the last track; null unless each that plays tells its own. */
function longestOf(tracks: readonly Track[]): number | null {
  const played = tracks.filter(({ kind }) => kind === 'video' || kind === 'audio');
  const ends = played.map(
    ({ startSeconds, durationSeconds }) => startSeconds + (durationSeconds ?? Number.NaN),
  );
  return positive(Math.max(...ends));
}

function positive(seconds: number | null | undefined): number | null {
  return seconds && seconds > 0 ? seconds : null;
}

/**
 * The least score on ffprobe's own scale: a matching extension is 50, anything below is guessed out of noise.
 */
const LEAST_SCORE = 50;
/** The score of short program streams (MPEG-PS), of which ffprobe would like to see more. */
const LEAST_KNOWN_SCORE = 25;

const ENTRIES = [
  'format=format_name,probe_score,duration,start_time',
  'packet=dts_time',
  'stream=index,id,codec_type,codec_name,codec_tag_string,profile,level,width,height,sample_aspect_ratio,pix_fmt,field_order',
  'stream=color_space,color_primaries,color_transfer,color_range,r_frame_rate,avg_frame_rate,time_base,nb_frames,start_time,duration,bit_rate,channels,sample_rate,bits_per_raw_sample',
  'stream_disposition=default,attached_pic,comment,visual_impaired,forced,hearing_impaired',
  'stream_tags=language,title',
  'stream_side_data=rotation',
].join(':');

const ARGUMENTS = ['-read_intervals', '%+#20', '-of', 'json', '-show_entries', ENTRIES];

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const OUTPUT = v.object({
  format: v.object({
    format_name: v.string(),
    probe_score: number,
    duration: optionalNumber,
    start_time: optionalNumber,
  }),
  streams: v.pipe(v.array(STREAM), v.minLength(1)),
  packets: v.optional(v.array(v.object({ dts_time: optionalNumber })), []),
});

type Output = v.InferOutput<typeof OUTPUT>;

function containerOf(formatName: string): Container {
  const first = formatName.split(',')[0] ?? '';
  return CONTAINER_PROFILES.find(([, { ffprobeNames }]) => ffprobeNames.includes(first))?.[0] ?? 'other';
}

function noVideo(): Problem {
  return damaged('The video in this file has no frame size: its headers are damaged.');
}
