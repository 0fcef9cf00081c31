import type { Readable } from 'node:stream';
import { CONTAINERS } from '../media/model/containers.ts';
import type { Media } from '../media/model/media.ts';
import { type Entry, findEntry } from '../media/transport/entry.ts';
import { spliced } from '../media/transport/splice.ts';
import { isCounted } from '../plan/counted.ts';
import type { Output } from '../plan/output.ts';
import { outputLength } from '../plan/output-length.ts';
import { audiosOf, earliestStart, filmsOf, sourcesOf } from '../plan/plan-input.ts';
import { type Approach, ffmpegArguments, type OutputSurroundings } from './arguments.ts';
import { UNCHANGED } from './audio-effects.ts';
import { gainFor, measuredOutput, readLoudness } from './measure-gain.ts';
import { sourceGrid } from './source-grid.ts';
import { type EngineContext, transcodeObject } from './transcode-object.ts';
import { cutFrom, withCuts } from './with-cuts.ts';

/** Seconds by which these formats store audio ahead of the video shown with it, and some more for decoders to settle. */
const AHEAD_SECONDS = 1.5;

/**
 * Runs ffmpeg on an object for an output, from a place at which everything in it can be decoded. Fails as
 * `Engine` says.
 */
export async function transcodeOutput(
  output: Output,
  context: EngineContext,
  given: Pick<Given, 'muxer' | 'isRoundedFirst'> = {},
): Promise<Readable> {
  const { loudness } = output;
  if (loudness?.kind !== 'measured') return run(output, context, given);
  const alone = measuredOutput(output);
  const gain = await context.trace.time('loudness', () =>
    gainFor(loudness.lufs, async (tried) => {
      const measuring = { muxer: ['-f', 'null'], gain: tried, isMeasured: true };
      const measured = await readLoudness(await run(alone, context, measuring));
      if (tried === UNCHANGED && measured !== null) context.onMeasured?.(output, measured);
      return measured;
    }),
  );
  context.trace.note({ gain });
  return run(output, context, { ...given, gain });
}

type Given = Pick<OutputSurroundings, 'muxer' | 'isRoundedFirst' | 'gain' | 'isMeasured'>;

async function run(output: Output, context: EngineContext, given: Given): Promise<Readable> {
  const { probed, limits } = context;
  const { approach, given: input } = await approached(output, context);
  const { audio: heard } = sourcesOf(probed.media, output);
  const surroundings = {
    approach,
    ...(heard && {
      audioGrid: sourceGrid(probed, heard),
      audioStartSeconds: heard.startSeconds - earliestStart(probed.media),
    }),
    ...(output.speed && { heardSeconds: heardSeconds(output, context) }),
    ...given,
  };
  return transcodeObject(ffmpegArguments(output, limits, surroundings), input);
}

/** Returns how long the audio of an output is; null if only its end tells. */
function heardSeconds(output: Output, { probed: { media, endsEarly } }: EngineContext): number | null {
  return endsEarly ? null : (outputLength(media, output, new Map())?.audio ?? null);
}

/** Chooses ffmpeg's input, and how it reaches the start of the output. */
async function approached(
  output: Output,
  context: EngineContext,
): Promise<{ readonly approach: Approach; readonly given: EngineContext }> {
  const { access, probed } = context;
  const cut = cutOf(output, context);
  if (cut !== null) return cut;
  const entry = await entryOf(output, context);
  const { layout, originSeconds } = probed.media;
  if (entry === null && layout?.fragmented) {
    // Of fragments, ffmpeg takes the priming of audio for the beginning.
    const zeroSeconds = originSeconds + earliestStart(probed.media);
    return { approach: { kind: 'clock', originSeconds: zeroSeconds, isSought: true }, given: context };
  }
  if (entry === null) {
    const isFromBeginning = isCounted(probed.media) || beginsBeforeFilm(output, probed.media);
    return { approach: { kind: isFromBeginning ? 'count' : 'seek' }, given: context };
  }
  return {
    approach: { kind: 'clock', originSeconds: probed.media.originSeconds },
    given: entry.kind === 'place' ? { ...context, access: spliced(access, entry.splice) } : context,
  };
}

/**
 * Tells whether an output begins before the film's first frame: demuxers seek video, and would begin with that
 * frame. MP4 is sought track by track.
 */
function beginsBeforeFilm({ startSeconds, prerollSeconds }: Output, media: Media): boolean {
  if (CONTAINERS[media.container].index === 'sample table') return false;
  const zeroSeconds = earliestStart(media);
  return filmsOf(media).some((film) => film.startSeconds - zeroSeconds > startSeconds - prerollSeconds);
}

/** Null where ffmpeg is to read the file as it is. */
function cutOf(output: Output, context: EngineContext) {
  const { media } = context.probed;
  const { video, audio } = sourcesOf(media, output);
  const tracks = [video, audio].filter((track) => track !== null);
  const cutting = withCuts(context, tracks);
  if (cutting === null) return null;
  const zeroSeconds = earliestStart(media);
  const originSeconds = cutting.probed.media.originSeconds + zeroSeconds;
  return {
    approach: { kind: 'clock', originSeconds } as const,
    given: cutFrom(cutting, zeroSeconds + output.startSeconds - output.prerollSeconds),
  };
}

/** Returns the entry; null if nothing is sought by a clock that runs on, or if a demuxer finds its way. */
async function entryOf(
  { startSeconds, prerollSeconds, video, audio }: Output,
  { access, probed }: EngineContext,
): Promise<Entry | null> {
  const seconds = startSeconds - prerollSeconds;
  if (seconds <= 0) return probed.clock === null ? null : { kind: 'beginning' };
  // Audio alone begins there as well: audio surrounds each video packet.
  const track =
    filmsOf(probed.media).find(({ stream }) => video === null || stream === video.stream) ??
    audiosOf(probed.media).find(({ stream }) => stream === audio?.stream);
  return track === undefined ? null : findEntry(access, probed, track, seconds - AHEAD_SECONDS);
}
