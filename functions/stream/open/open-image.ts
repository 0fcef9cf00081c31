import { chooseFrame } from '../engine/choose-frame.ts';
import { encodeCover } from '../engine/cover.ts';
import type { Engine } from '../engine/ffmpeg.ts';
import { encodeMotion } from '../engine/motion.ts';
import { encodeStill, type StillContext } from '../engine/still.ts';
import { imageOutput } from '../engine/still-arguments.ts';
import type { ObjectContext } from '../http/original.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import { hasCoverArt } from '../media/demux/read-tags.ts';
import type { Probed } from '../media/probe/probe.ts';
import { imageHeader } from '../plan/describe-plan.ts';
import { type ImagePlan, planImage } from '../plan/image-plan.ts';
import { filmsOf } from '../plan/plan-input.ts';
import type { ImageParameters } from '../route/image-parameters.ts';
import { liveBytes } from './live-bytes.ts';
import { refuseOtherVersion, versionOf } from './version.ts';

export type ImageServices = {
  readonly probed: Probed;
  readonly engine: Engine;
  readonly secondsLeft: number;
};

/**
 * Turns a request for an image into what can be sent; it is encoded when it is opened. Rejects as `planImage`
 * throws, and with `not-found` for an address of another version.
 */
export async function openImage(
  parameters: ImageParameters,
  accept: string | null,
  context: ObjectContext,
  { probed, engine, secondsLeft }: ImageServices,
): Promise<{ readonly representation: LiveRepresentation; readonly plan: string }> {
  const { object, limits, trace } = context;
  refuseOtherVersion(parameters.version, versionOf(context));
  const { media } = probed;
  const hasCover = await trace.time('plan', () => hasCoverAlone(context, probed));
  const { sizeBytes } = object;
  const plan = planImage({ media, sizeBytes, parameters, accept, limits, secondsLeft, hasCover });
  const { predicted: _, ...decisive } = plan;
  const bytes = () => imageBytes(plan, { ...context, probed, engine });
  const deciding = ['image', limits.ffmpegBuild(), decisive];
  return {
    representation: liveBytes(`image/${plan.format}`, deciding, bytes, context),
    plan: imageHeader(plan),
  };
}

/** Tells whether a file without video has cover art in its metadata. */
export async function hasCoverAlone(
  { access, signal }: Pick<ObjectContext, 'access' | 'signal'>,
  { media }: Probed,
): Promise<boolean> {
  return filmsOf(media).length === 0 && hasCoverArt(access, signal);
}

async function imageBytes(plan: ImagePlan, context: StillContext): Promise<Uint8Array> {
  const { source } = plan;
  if (source.kind === 'cover') return encodeCover(source.size, plan, context);
  const { at } = source;
  const output = imageOutput(source, plan);
  if (plan.motion !== null) {
    const seconds = at.kind === 'time' ? at.seconds : await chooseFrame(source, at.candidates, context);
    return encodeMotion({ ...source, seconds }, plan.motion, plan, context);
  }
  if (at.kind === 'time') return encodeStill({ ...source, ...at }, output, context);
  const seconds = await chooseFrame(source, at.candidates, context);
  return encodeStill({ ...source, seconds, isNear: true }, output, context);
}
