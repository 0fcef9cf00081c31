import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { damaged, Problem } from '../base/problem.ts';
import { movieGroup } from '../media/isobmff/movie-group.ts';
import type { Media, VideoTrack } from '../media/model/media.ts';
import type { FrameSource } from '../plan/image-plan.ts';
import { earliestStart } from '../plan/plan-input.ts';
import type { Source, StoredObject } from '../source/source.ts';
import { alphaDecoder } from './alpha-decoder.ts';
import type { FfmpegArguments } from './arguments.ts';
import { framePlaces } from './frame-places.ts';
import { tryPlaces } from './read-from-places.ts';
import { BEGINNING } from './reading-places.ts';
import { type FrameOutput, type Still, stillArguments } from './still-arguments.ts';
import { type EngineContext, transcodeObject } from './transcode-object.ts';

export type StillContext = EngineContext & { readonly source: Source; readonly object: StoredObject };

type Wanted = Pick<FrameSource, 'trackIndex' | 'video'> & {
  /** Seconds from the presentation's zero. */
  readonly seconds: number;
  /** True if the keyframe before that will do. */
  readonly isNear: boolean;
};

/**
 * Encodes one frame: by its own group of frames if an index tells where it lies, else by ffmpeg's way through
 * the file. Fails as `Engine` says.
 */
export async function encodeStill(
  wanted: Wanted,
  output: FrameOutput,
  context: StillContext,
): Promise<Uint8Array> {
  const { seconds, isNear } = wanted;
  const { media } = context.probed;
  const track = videoTrackOf(media, wanted.trackIndex);
  const zeroSeconds = earliestStart(media);
  // Before its first frame, a film shows that.
  const taken = isNear || zeroSeconds + seconds < track.startSeconds ? 'first' : { shownAtSeconds: seconds };
  const argumentsOf = (still: Omit<Still, 'video'>) =>
    stillArguments({ ...still, video: wanted.video }, context.limits, output);
  const own = await byGroup({ ...wanted, zeroSeconds }, context, (originSeconds) =>
    argumentsOf({ zeroSeconds: zeroSeconds + originSeconds, taken, from: BEGINNING, isCut: true }),
  );
  if (own !== null) return own;
  const clockSeconds = zeroSeconds + media.originSeconds;
  const decoder = await alphaDecoder(track, context);
  const places = await framePlaces(track, zeroSeconds + seconds, context, { isNear });
  return tryPlaces([...places, BEGINNING], context, async (from, placed, isLast) => {
    const still = { decoder, zeroSeconds: clockSeconds, taken: isLast ? ('first' as const) : taken };
    return buffer(await transcodeObject(argumentsOf({ ...still, from, isCut: false }), placed));
  });
}

/** Returns null if there is no such group, or nothing of it can be decoded. */
async function byGroup(
  { trackIndex, seconds, isNear, zeroSeconds }: Wanted & { readonly zeroSeconds: number },
  context: StillContext,
  argumentsFor: (originSeconds: number) => FfmpegArguments,
): Promise<Uint8Array | null> {
  const { probed, source, object, signal } = context;
  const at = { seconds: zeroSeconds + seconds, isNear };
  const group = probed.movie && movieGroup(probed.movie, { source, object, signal, trackIndex }, at);
  if (group === null) return null;
  const flow = { sizeBytes: null, stream: () => Readable.from(opened(group.open), { objectMode: false }) };
  try {
    return await buffer(await transcodeObject(argumentsFor(group.originSeconds), { ...context, flow }));
  } catch (error) {
    if (error instanceof Problem && error.type === 'damaged-media') return null;
    throw error;
  }
}

async function* opened(open: () => Promise<Readable>): AsyncGenerator<Uint8Array, void, void> {
  yield* await open();
}

/** Throws `damaged-media` if there is none. */
export function videoTrackOf({ tracks }: Media, trackIndex: number): VideoTrack {
  const track = tracks.find(({ index }) => index === trackIndex);
  if (track?.kind !== 'video') throw damaged('The file has no such video track.');
  return track;
}
