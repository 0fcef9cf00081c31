import type { Patch } from '../../source/overlay.ts';
import { uint32 } from '../boxes/write-box.ts';
import type { Movie } from './movie.ts';

const IDENTITY = uint32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/**
 * Replaces the display matrices of a movie's pictures by the identity. For ffmpeg, which carries a source's matrix into
 * an output whose picture has been turned already, and which turns by itself in some versions and mirrors in others.
 */
export function uprightPatches({ tracks }: Movie): Patch[] {
  return tracks
    .filter(({ handler, matrix }) => handler === 'vide' && !matrix.equals(IDENTITY))
    .map(({ matrixOffset }) => ({ start: matrixOffset, bytes: IDENTITY }));
}
