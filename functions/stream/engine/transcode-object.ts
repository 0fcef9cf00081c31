import type { Readable } from 'node:stream';
import type { Trace } from '../base/trace.ts';
import { forFfmpeg } from '../media/isobmff/for-ffmpeg.ts';
import { flowOf, type MovieCut } from '../media/isobmff/movie-cut.ts';
import type { Probed } from '../media/probe/probe.ts';
import type { BurntText } from '../plan/burnt.ts';
import type { Output } from '../plan/output.ts';
import type { CachedAccess } from '../source/cache.ts';
import { type Flow, openLoopback } from '../source/loopback.ts';
import type { StoredObject } from '../source/source.ts';
import type { FfmpegArguments } from './arguments.ts';
import type { BurntScript } from './burnt-script.ts';
import type { Engine } from './ffmpeg.ts';
import { ffmpegClock } from './ffmpeg-clock.ts';
import type { Measured } from './measure-gain.ts';

/** Everything with which one ffmpeg process reads an object. */
export type EngineContext = {
  readonly object: Pick<StoredObject, 'etag'>;
  readonly access: CachedAccess;
  readonly probed: Probed;
  readonly engine: Engine;
  readonly limits: { readonly maxPixels: number };
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** The shorter movie to read instead of the object, if its index is long. */
  readonly cut?: { readonly movieCut: MovieCut; readonly fromSeconds: number };
  /** Is told what the audio of an output was measured to have, before any gain. */
  readonly onMeasured?: (output: Output, measured: NonNullable<Measured>) => void;
  /** Reads the subtitles that an output has burnt in. */
  readonly burntScript?: (text: BurntText) => Promise<BurntScript>;
  /** What is read instead of the object, from its beginning. */
  readonly flow?: Flow;
};

/** Runs ffmpeg on an object, whose video it sees upright or rotated by the plan. Fails as `Engine` says. */
export async function transcodeObject(args: FfmpegArguments, context: EngineContext): Promise<Readable> {
  const { object, engine, signal, trace } = context;
  const script = args.burnt && (await context.burntScript?.(args.burnt));
  const clock = ffmpegClock(trace);
  const loopback = await openLoopback({ access: await inputOf(context), etag: object.etag, signal });
  try {
    return await engine.transcode(loopback.url, args, {
      signal,
      inputFailure: loopback.failure,
      ...(script && { script }),
      onSpawn: clock.onSpawn,
      onExit(stderr) {
        clock.onExit();
        if (stderr !== '') trace.note({ ffmpeg: stderr.slice(-2_000) });
        void loopback.close();
      },
    });
  } catch (error) {
    // Closed here too: an ffmpeg that never started never exits.
    void loopback.close();
    throw error;
  }
}

async function inputOf({
  access,
  probed: { movie },
  cut,
  flow,
}: EngineContext): Promise<CachedAccess | Flow> {
  if (flow !== undefined) return flow;
  if (cut === undefined) return movie === null ? access : forFfmpeg(access, movie);
  return flowOf(cut.movieCut, cut.fromSeconds);
}
