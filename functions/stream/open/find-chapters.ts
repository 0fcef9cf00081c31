import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import type { ObjectContext } from '../http/original.ts';
import type { Probed } from '../media/probe/probe.ts';
import { readChapters, type TimedChapter } from '../media/read-chapters.ts';
import { textZeroSeconds } from '../plan/offer.ts';
import { viewedCues } from '../plan/text-cues.ts';

const known = new WeakMap<Probed, readonly TimedChapter[]>();

/**
 * Returns the chapters of a file on the timeline that players see, cached as long as the probe itself. None where they
 * are damaged: the film plays without them.
 */
export async function findChapters(
  { access, trace }: Pick<ObjectContext, 'access' | 'trace'>,
  probed: Probed,
): Promise<readonly TimedChapter[]> {
  const reading = async () =>
    readChapters(probed, access).catch((error: unknown) => {
      if (!(error instanceof Problem) || !OF_FILE.has(error.type)) throw error;
      trace.note({ noChapters: describeError(error) });
      return [];
    });
  const found = known.get(probed) ?? (await reading());
  known.set(probed, found);
  return viewedCues(found, { zeroSeconds: textZeroSeconds(probed.media), durationSeconds: null });
}

const OF_FILE: ReadonlySet<string> = new Set(['damaged-media', 'unsupported-media', 'too-large']);
