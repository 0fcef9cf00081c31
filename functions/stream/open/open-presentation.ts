import { damaged, Problem } from '../base/problem.ts';
import type { ObjectContext } from '../http/original.ts';
import { openCopyTrack } from '../media/copy-track.ts';
import type { Probed } from '../media/probe/probe.ts';
import { offerOf } from '../plan/offer.ts';
import { type CutsOrWhyNot, copyCandidates, planPresentation } from '../plan/plan-presentation.ts';
import type { Presentation } from '../plan/presentation.ts';
import { refuseTracks } from '../plan/refuse.ts';

/** Plans of what is probed, as long as the probe itself is kept. The limits are those of the process. */
const planned = new WeakMap<Probed, Presentation>();

/**
 * Looks where the tracks can be cut and plans the renditions. Without a look at pictures there may be a copy that a
 * playlist does not offer. Rejects as `planPresentation`,
 * with `damaged-media` where nothing tells the end of what is there, and with the source's problems.
 */
export async function openPresentation(
  { source, object, access, limits, signal }: ObjectContext,
  probed: Probed,
  { inspectsKeyframes }: { readonly inspectsKeyframes: boolean },
): Promise<Presentation> {
  if (probed.endsEarly) {
    throw damaged(
      'The file is cut off, and segments behind its end would be made up; it can be streamed whole.',
    );
  }
  const known = planned.get(probed);
  if (known !== undefined) return known;
  const { media } = probed;
  // Before each of them is looked at.
  refuseTracks(media, limits);
  const { zeroSeconds } = offerOf(media);
  const cuts = new Map<number, CutsOrWhyNot>();
  for (const trackIndex of copyCandidates(media)) {
    const input = { probed, source, object, access, trackIndex, zeroSeconds, inspectsKeyframes, signal };
    const opened = await openCopyTrack(input);
    cuts.set(trackIndex, 'whyNot' in opened ? opened : opened.cuts);
  }
  const presentation = planPresentation({ media, sizeBytes: object.sizeBytes, cuts, limits });
  if (inspectsKeyframes) planned.set(probed, presentation);
  return presentation;
}

/** What would be offered, or why the media is refused; what is wrong at the source rejects. */
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
