import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Of its head, which holds the machine it is for, and of its end. */
const LOOK_BYTES = 4096;

/**
 * Stands for one build of ffmpeg: two of them, or the same for two machines, give other bytes for one plan. Told by the
 * program's size and its two ends, since running it would delay the first answer; read when it is first asked for. Empty
 * where it cannot be read.
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
    // Whoever asks for what it should make is told then.
    return '';
  }
}
