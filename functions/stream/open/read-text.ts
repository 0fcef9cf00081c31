import { buffer } from 'node:stream/consumers';
import { excessOf } from '../base/limits.ts';
import { Problem, sourceChanged } from '../base/problem.ts';
import type { ObjectContext } from '../http/original.ts';
import type { SubtitleTrack } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';
import { MAX_TEXT_BYTES, textTooLong } from '../media/text/cue.ts';
import type { TextTrackInput } from '../media/text-track.ts';
import { sparseAccess } from '../source/sparse-access.ts';

type Reading = Pick<ObjectContext, 'source' | 'object' | 'signal' | 'limits'> & { readonly probed: Probed };

/** Returns what the readers of a text track take; all of a film is read within the limit of sources alone. */
export function textTrackInput(
  track: SubtitleTrack,
  { source, object, signal, limits, probed }: Reading,
): TextTrackInput {
  return {
    ...{ probed, track },
    sparse: sparseAccess(source, object, signal),
    whole: () => {
      const excess = excessOf('maxSourceBytes', object.sizeBytes, limits);
      if (excess !== null) throw new Problem('too-large', `${excess}.`);
      return source.read(object, { start: 0, end: object.sizeBytes }, signal);
    },
  };
}

/**
 * Reads a file of subtitles beside a film: the version of `etag`, or whichever is there if that is left out. Throws
 * `source-changed` for another one, and `too-large`.
 */
export async function readSidecar(
  { key, etag }: { readonly key: string; readonly etag?: string },
  { source, signal }: Pick<ObjectContext, 'source' | 'signal'>,
): Promise<Uint8Array> {
  const object = await source.stat(key, signal);
  if (etag !== undefined && object.etag !== etag) throw sourceChanged(key);
  if (object.sizeBytes > MAX_TEXT_BYTES) throw textTooLong();
  return buffer(await source.read(object, { start: 0, end: object.sizeBytes }, signal));
}
