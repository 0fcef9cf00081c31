import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The bytes read at the beginning, which names the machine it is for, and at the end. */
const LOOK_BYTES = 4096;

/**
 * Returns an id of one build of ffmpeg: two builds, or the same for two machines, give different bytes for
 * the same plan. The id follows from the program's size and its two ends, since running it would delay the
 * first answer; it is read on first use. Empty if it cannot be read.
 */
export function ffmpegBuildOf(ffmpegPath: string): () => string {
  let known: string | undefined;
  return () => {
    known ??= readBuild(ffmpegPath);
    return known;
  };
}

function readBuild(ffmpegPath: string): string {
  try {
    const file = openSync(ffmpegPath, 'r');
    try {
      const { size } = fstatSync(file);
      const hash = createHash('sha256').update(String(size));
      for (const at of [0, Math.max(0, size - LOOK_BYTES)]) {
        const bytes = Buffer.alloc(LOOK_BYTES);
        hash.update(bytes.subarray(0, readSync(file, bytes, 0, LOOK_BYTES, at)));
      }
      return hash.digest('base64url').slice(0, 12);
    } finally {
      closeSync(file);
    }
  } catch {
    // A client that asks for an output learns of it then.
    return '';
  }
}
