import type { ObjectContext } from '../http/original.ts';
import type { Probed } from '../media/probe/probe.ts';
import { readChapters, type TimedChapter } from '../media/read-chapters.ts';
import { textZeroSeconds } from '../plan/offer.ts';
import { viewedCues } from '../plan/text-cues.ts';

const known = new WeakMap<Probed, readonly TimedChapter[]>();

/** Returns the chapters of a file on the timeline that players see, cached as long as the probe itself. */
export async function findChapters(
  { access }: Pick<ObjectContext, 'access'>,
  probed: Probed,
): Promise<readonly TimedChapter[]> {
  const found = known.get(probed) ?? (await readChapters(probed, access));
  known.set(probed, found);
  return viewedCues(found, { zeroSeconds: textZeroSeconds(probed.media), durationSeconds: null });
}
