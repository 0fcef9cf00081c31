import { join } from 'node:path';
import { tell } from '../deployment/tell.ts';
import { packageFunction } from '../functions/stream/deploy/package.ts';
import { buildFfmpegLayer } from '../layers/ffmpeg/build.ts';
import type { Options } from './options.ts';
import type { Zips } from './stack.ts';

/** Builds the zips of function and layer into `dist`, or takes those that lie there. */
export async function buildZips({ architecture, ffmpegDirectory }: Options): Promise<Zips> {
  const outDirectory = join(import.meta.dirname, '../dist');
  tell(`Building the function and the layer with ffmpeg for ${architecture}`);
  const [layer, code] = await Promise.all([
    buildFfmpegLayer({ architecture, outDirectory, binaries: ffmpegDirectory }),
    packageFunction(outDirectory),
  ]);
  return { layer, code };
}
