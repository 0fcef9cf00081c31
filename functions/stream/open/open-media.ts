import { Problem } from '../base/problem.ts';
import { fileOptions, type ObjectContext, openExtents, openOriginal } from '../http/original.ts';
import type { FileRepresentation } from '../http/representation.ts';
import type { MediaParameters } from '../route/parameters.ts';

/**
 * Opens the object's own bytes, or with `faststart` its MP4 with the index moved to the front. Throws
 * `not-media`.
 */
export async function openMedia(
  parameters: MediaParameters,
  context: ObjectContext,
): Promise<{ readonly representation: FileRepresentation; readonly plan: string }> {
  const { object, access, limits } = context;
  const options = fileOptions(object.key, parameters.download, limits.presignSeconds);
  const original = (reason: string) => ({
    representation: openOriginal(context, options),
    plan: `passthrough; reason="${reason}"`,
  });
  if (!parameters.faststart) return original('the own bytes of the object');
  const [{ readMovie }, { faststart }] = await Promise.all([
    import('../media/isobmff/movie.ts'),
    import('../media/isobmff/faststart.ts'),
  ]);
  const movie = await context.trace.time('probe', () => readMovie(access));
  if (movie === null) {
    throw new Problem('not-media', 'faststart=1 is for MP4 and MOV files, and this is none.');
  }
  const moved = await faststart(movie, access, { withoutLocation: false });
  if (moved === null) return original('the index is at the front already');
  return {
    representation: openExtents(context, { ...moved, variant: 'faststart' }, options),
    plan: 'faststart; reason="the index is at the end of the file"',
  };
}
