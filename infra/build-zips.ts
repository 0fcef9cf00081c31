import { join } from 'node:path';
import { packageFunction } from '../functions/stream/deploy/package.ts';
import { buildFfmpegLayer } from '../layers/ffmpeg/build.ts';
import type { Options } from './options.ts';
import type { Zips } from './stack.ts';

/** Builds the zips of function and layer into `dist`, or takes those that lie there. */
export async function buildZips({ architecture, ffmpegDirectory }: Options): Promise<Zips> {
  const outDirectory = join(import.meta.dirname, '../dist');
  const [layer, code] = await Promise.all([
    buildFfmpegLayer({ architecture, outDirectory, binaries: ffmpegDirectory }),
    packageFunction(outDirectory),
  ]);
  return { layer, code };
}
