import { type Box, childBoxes } from '../boxes/boxes.ts';
import type { MovieTrack } from './movie.ts';

const MOST_BYTES = 1024;
const ROLES = 'urn:mpeg:dash:role:2011';

/** Reads a track's name as QuickTime and ffmpeg write it, and its kinds (ISO/IEC 14496-12 §8.10.4). */
export function readUserData(bytes: Buffer, udta: Box | null): Pick<MovieTrack, 'title' | 'roles'> {
  let title: string | null = null;
  const roles: string[] = [];
  for (const { type, body, end } of udta === null ? [] : childBoxes(bytes, udta.body, udta.end)) {
    if (type === 'name') title ??= textOf(bytes, body, end);
    if (type !== 'kind') continue;
    const [scheme, value = ''] = textOf(bytes, body + 4, end).split('\0');
    if (scheme === ROLES) roles.push(value);
  }
  return { title, roles };
}

function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, Math.min(end, start + MOST_BYTES));
}
