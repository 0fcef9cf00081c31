import { damaged, Problem } from '../base/problem.ts';
import type { Encryption } from '../config/encryption.ts';
import type { ObjectContext } from '../http/original.ts';
import { openCopyTrack } from '../media/copy-track.ts';
import { isJoinable } from '../media/isobmff/joint-entry.ts';
import type { Media } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';
import { offerOf } from '../plan/offer.ts';
import { type CutsOrWhyNot, copyCandidates, planPresentation } from '../plan/plan-presentation.ts';
import type { Presentation } from '../plan/presentation.ts';
import { refuseTracks } from '../plan/refuse.ts';
import type { Encrypting } from './content-keys.ts';

/** Plans of probed media, cached as long as the probe itself. The limits are those of the process. */
const planned = new WeakMap<Probed, Presentation>();

/**
 * Finds where the tracks can be cut and plans the renditions. Without an inspection of keyframes the plan may
 * include a copy that a playlist does not offer. Rejects as `planPresentation` does, with `damaged-media` if
 * the file is truncated, and with the source's problems.
 */
export async function openPresentation(
  { source, object, access, limits, signal, encryption }: ObjectContext & Encrypting,
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
    const whyNot = whyNotEncrypted(media, trackIndex, encryption);
    if (whyNot !== null) {
      cuts.set(trackIndex, { whyNot });
      continue;
    }
    const input = { probed, source, object, access, trackIndex, zeroSeconds, inspectsKeyframes, signal };
    const opened = await openCopyTrack(input);
    cuts.set(trackIndex, 'whyNot' in opened ? opened : opened.cuts);
    if ('head' in opened && isJoinable(opened.head.sampleEntry)) joinable.add(trackIndex);
  }
  const presentation = planPresentation({ media, sizeBytes: object.sizeBytes, cuts, joinable, limits });
  if (inspectsKeyframes) planned.set(probed, presentation);
  return presentation;
}

/** Samples are encrypted behind the headers of slices, which are only read of H.264. */
function whyNotEncrypted(media: Media, trackIndex: number, encryption: Encryption | null): string | null {
  const track = media.tracks.find(({ index }) => index === trackIndex);
  if (encryption?.scheme !== 'cbcs' || track?.kind !== 'video' || track.codec === 'h264') return null;
  return `samples of ${track.codec} are not encrypted`;
}

/** Returns what would be offered, or why the media is refused; rejects with problems of the source. */
export async function presentationOrProblem(
  context: ObjectContext & Encrypting,
  probed: Probed,
): Promise<Presentation | Problem> {
  try {
    return await openPresentation(context, probed, { inspectsKeyframes: true });
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return error;
    throw error;
  }
}
