import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Architecture } from './architecture.ts';

/** Where `npm run ffmpeg:build` puts the programs of each architecture. */
export const BUILT_DIRECTORY = 'dist/ffmpeg';

/** Returns the absolute folder of the programs for `architecture`: of its name in `directory`, or `directory` itself. */
export function programDirectory(directory: string, architecture: Architecture): string {
  const own = join(resolve(directory), architecture);
  return existsSync(own) ? own : resolve(directory);
}
