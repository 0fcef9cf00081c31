import type { Patch } from '../../source/overlay.ts';
import { uint32 } from '../boxes/write-box.ts';
import type { Movie } from './movie.ts';

const IDENTITY = uint32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/**
 * Replaces the display matrices of a movie's video by the identity. ffmpeg would carry a source's matrix into
 * an output that has been rotated already; some versions also rotate by themselves, and others mirror.
 */
export function uprightPatches({ tracks }: Movie): Patch[] {
  return tracks
    .filter(({ handler, matrix }) => handler === 'vide' && !matrix.equals(IDENTITY))
    .map(({ matrixOffset }) => ({ start: matrixOffset, bytes: IDENTITY }));
}
