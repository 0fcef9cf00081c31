import type { Readable } from 'node:stream';
import type { Trace } from '../base/trace.ts';
import { patchesForFfmpeg } from '../media/isobmff/for-ffmpeg.ts';
import type { Probed } from '../media/probe/probe.ts';
import type { CachedAccess } from '../source/cache.ts';
import { openLoopback } from '../source/loopback.ts';
import { overlay } from '../source/overlay.ts';
import type { StoredObject } from '../source/source.ts';
import type { FfmpegArguments } from './arguments.ts';
import type { Engine } from './ffmpeg.ts';

/** What one ffmpeg process reads an object with. */
export type EngineContext = {
  readonly object: Pick<StoredObject, 'etag'>;
  readonly access: CachedAccess;
  readonly probed: Probed;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly trace: Trace;
};

/** Runs ffmpeg on an object, whose pictures it sees upright or as the plan turns them. Fails as `Engine` says. */
export async function transcodeObject(
  args: FfmpegArguments,
  { object, access, probed, engine, signal, trace }: EngineContext,
): Promise<Readable> {
  const input = overlay(access, probed.movie === null ? [] : patchesForFfmpeg(probed.movie));
  const loopback = await openLoopback({ access: input, etag: object.etag, signal });
  try {
    return await engine.transcode(loopback.url, args, {
      signal,
      inputFailure: loopback.failure,
      onSpawn: (milliseconds) => trace.record('spawn', milliseconds),
      onExit(stderr) {
        if (stderr !== '') trace.note({ ffmpeg: stderr.slice(-2_000) });
        void loopback.close();
      },
    });
  } catch (error) {
    // Also where ffmpeg has never started, and so never exits.
    void loopback.close();
    throw error;
  }
}
