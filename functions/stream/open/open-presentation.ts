import { Problem } from '../http/problem.ts';
import { type CopyTrack, openCopyTrack } from '../media/copy-track.ts';
import type { Probed } from '../media/probe.ts';
import { offerOf } from '../plan/offer.ts';
import { type CutsOrWhyNot, copyCandidates, planPresentation } from '../plan/plan-presentation.ts';
import type { Presentation } from '../plan/presentation.ts';
import type { Desk } from './original.ts';

export type OpenPresentation = {
  readonly presentation: Presentation;
  /** By `Track.index`: what its copied renditions are cut from. */
  readonly copies: ReadonlyMap<number, CopyTrack>;
};

/** Looks where the tracks can be cut and plans the renditions. Throws as `planPresentation`, and the source's problems. */
export async function openPresentation(
  { source, object, access, limits, signal }: Desk,
  probed: Probed,
  { looksAtPictures }: { readonly looksAtPictures: boolean },
): Promise<OpenPresentation> {
  const { media } = probed;
  const { zeroSeconds } = offerOf(media);
  const copies = new Map<number, CopyTrack>();
  const cuts = new Map<number, CutsOrWhyNot>();
  for (const trackIndex of copyCandidates(media)) {
    const input = { probed, source, object, access, trackIndex, zeroSeconds, looksAtPictures, signal };
    const opened = await openCopyTrack(input);
    if (!('whyNot' in opened)) copies.set(trackIndex, opened);
    cuts.set(trackIndex, 'whyNot' in opened ? opened : opened.cuts);
  }
  return { presentation: planPresentation({ media, cuts, limits }), copies };
}

/** What would be offered, or why the media is refused; what is wrong at the source rejects. */
export async function presentationOrProblem(desk: Desk, probed: Probed): Promise<Presentation | Problem> {
  try {
    return (await openPresentation(desk, probed, { looksAtPictures: true })).presentation;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return error;
    throw error;
  }
}
