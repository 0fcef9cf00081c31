import { Problem } from '../base/problem.ts';
import { describeProblem } from '../http/problem-response.ts';
import { addressOf } from '../route/address-of.ts';
import { parseParameters } from '../route/parameters.ts';
import { withCost } from './cost.ts';
import { planImage } from './image-plan.ts';
import type { AddressInfo } from './object-info.ts';
import type { PlanInput } from './plan-input.ts';

export type InfoImages = {
  readonly prefix: string;
  readonly memoryMegabytes: number | null;
  /** The version in addresses that stand for the same bytes for ever. */
  readonly version: string;
  /** Whether the file has cover art that is not one of its tracks. */
  readonly hasCover: boolean;
};

/** Describes the image that stands for an object: a frame of its film, or its cover art. */
export function describePoster(
  key: string,
  input: PlanInput,
  { prefix, memoryMegabytes, version, hasCover }: InfoImages,
): AddressInfo {
  const href = `${prefix}${addressOf('image', key)}?v=${version}`;
  const parameters = parseParameters('image', new URLSearchParams());
  try {
    const { source, format, predicted } = planImage({ ...input, parameters, accept: null, hasCover });
    const reason = source.kind === 'cover' ? 'the cover art of the file' : 'a frame that is not flat';
    const contentType = `image/${format}`;
    return { href, plan: 'image', reason, contentType, predicted: withCost(predicted, memoryMegabytes) };
  } catch (error) {
    if (error instanceof Problem) return { href, problem: describeProblem(error) };
    throw error;
  }
}
