import { damaged, Problem } from '../base/problem.ts';
import type { ObjectContext } from '../http/original.ts';
import { openCopyTrack } from '../media/copy-track.ts';
import { isJoinable } from '../media/isobmff/joint-entry.ts';
import type { Probed } from '../media/probe/probe.ts';
import { offerOf } from '../plan/offer.ts';
import { type CutsOrWhyNot, copyCandidates, planPresentation } from '../plan/plan-presentation.ts';
import type { Presentation } from '../plan/presentation.ts';
import { refuseTracks } from '../plan/refuse.ts';

/** Plans of probed media, cached as long as the probe itself. The limits are those of the process. */
const planned = new WeakMap<Probed, Presentation>();

/**
 * Finds where the tracks can be cut and plans the renditions. Without an inspection of keyframes the plan may
 * include a copy that a playlist does not offer. Rejects as `planPresentation` does, with `damaged-media` if
 * the file is truncated, and with the source's problems.
 */
export async function openPresentation(
  { source, object, access, limits, signal }: ObjectContext,
  probed: Probed,
  { inspectsKeyframes }: { readonly inspectsKeyframes: boolean },
): Promise<Presentation> {
  if (probed.endsEarly) {
    throw damaged(
      'The file is truncated, and segments after its end would be invented; it can be streamed as a whole.',
    );
  }
  const known = planned.get(probed);
  if (known !== undefined) return known;
  const { media } = probed;
  // Refuse them before each is read.
  refuseTracks(media, limits);
  const { zeroSeconds } = offerOf(media);
  const cuts = new Map<number, CutsOrWhyNot>();
  const joinable = new Set<number>();
  for (const trackIndex of copyCandidates(media)) {
    const input = { probed, source, object, access, trackIndex, zeroSeconds, inspectsKeyframes, signal };
    const opened = await openCopyTrack(input);
    cuts.set(trackIndex, 'whyNot' in opened ? opened : opened.cuts);
    if ('head' in opened && isJoinable(opened.head.sampleEntry)) joinable.add(trackIndex);
  }
  const presentation = planPresentation({ media, sizeBytes: object.sizeBytes, cuts, joinable, limits });
  if (inspectsKeyframes) planned.set(probed, presentation);
  return presentation;
}

/** Returns what would be offered, or why the media is refused; rejects with problems of the source. */
export async function presentationOrProblem(
  context: ObjectContext,
  probed: Probed,
): Promise<Presentation | Problem> {
  try {
    return await openPresentation(context, probed, { inspectsKeyframes: true });
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return error;
    throw error;
  }
}
