import type { Readable } from 'node:stream';
import { type Entry, findEntry } from '../media/transport/entry.ts';
import { spliced } from '../media/transport/splice.ts';
import { isCounted } from '../plan/counted.ts';
import type { Output } from '../plan/output.ts';
import { audiosOf, earliestStart, filmsOf } from '../plan/select-tracks.ts';
import { type Approach, ffmpegArguments } from './arguments.ts';
import { sourceGrid } from './source-grid.ts';
import { type EngineContext, transcodeObject } from './transcode-object.ts';

export type OutputContext = EngineContext & { readonly limits: { readonly maxPixels: number } };

/** In these formats sound may lie as much before the picture that is shown with it, and decoders want to have heard some. */
const AHEAD_SECONDS = 1.5;

/** Runs ffmpeg on an object for an output, from a place where all that it shows can be decoded. Fails as `Engine` says. */
export async function transcodeOutput(
  output: Output,
  context: OutputContext,
  muxer?: readonly string[],
): Promise<Readable> {
  const { access, probed, limits } = context;
  const entry = await entryOf(output, context);
  const approach: Approach =
    entry !== null
      ? { kind: 'clock', originSeconds: probed.media.originSeconds }
      : { kind: isCounted(probed.media) ? 'count' : 'seek' };
  const given = entry?.kind === 'place' ? { ...context, access: spliced(access, entry.splice) } : context;
  const heard = audiosOf(probed.media).find(({ stream }) => stream === output.audio?.stream);
  const surroundings = {
    approach,
    ...(heard && {
      audioGrid: sourceGrid(probed, heard),
      audioStartSeconds: heard.startSeconds - earliestStart(probed.media),
    }),
    ...(muxer && { muxer }),
  };
  return transcodeObject(ffmpegArguments(output, limits, surroundings), given);
}

/** Null where nothing is sought, or a demuxer finds its way. */
async function entryOf(
  { startSeconds, prerollSeconds, video, audio }: Output,
  { access, probed: { media } }: OutputContext,
): Promise<Entry | null> {
  const seconds = startSeconds - prerollSeconds;
  if (seconds <= 0) return null;
  // Sound alone begins there as well: each packet of a picture has sound around it.
  const track =
    filmsOf(media).find(({ stream }) => video === null || stream === video.stream) ??
    audiosOf(media).find(({ stream }) => stream === audio?.stream);
  return track === undefined ? null : findEntry(access, media, track, seconds - AHEAD_SECONDS);
}
