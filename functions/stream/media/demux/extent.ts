import type { RandomAccess } from '../../source/bytes.ts';
import type { Media } from '../model/media.ts';
import { mp3Extent } from './mp3-extent.ts';
import { chainedOggSeconds } from './ogg-links.ts';

/**
 * Duration of a file's audio if its first header covers only a part of it, or declares more than the file
 * holds.
 */
export type Extent = { readonly seconds: number; readonly isJoined: boolean };

/** Returns null if the description is right. */
export async function extentOf(file: RandomAccess, { container, tracks }: Media): Promise<Extent | null> {
  if (tracks.length !== 1) return null;
  if (container === 'ogg') {
    const seconds = await chainedOggSeconds(file);
    return seconds === null ? null : { seconds, isJoined: true };
  }
  if (container !== 'mp3') return null;
  const extent = await mp3Extent(file);
  return extent.kind === 'as declared'
    ? null
    : { seconds: extent.seconds, isJoined: extent.kind === 'joined' };
}
