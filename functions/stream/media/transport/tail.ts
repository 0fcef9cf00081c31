import type { CachedAccess } from '../../source/cache.ts';
import type { Media } from '../model/media.ts';
import { readProgramMap } from './mpegts.ts';
import { isProgramStream, psPackets } from './ps-packets.ts';
import { type Splice, spliced } from './splice.ts';

/** More than lies between the last packets of a recording's streams. */
const TAIL_BYTES = 2 * 2 ** 20;
/** Enough for a program stream's own headers and its first pack. */
const HEAD_BYTES = 64 * 1024;

/**
 * Opens the end of a transport or program stream, after the tables that list its streams; null for other
 * containers.
 */
export async function tailOf(file: CachedAccess, { container }: Media): Promise<CachedAccess | null> {
  const splice =
    container === 'mpegts' ? await tsTail(file) : container === 'other' ? await psTail(file) : null;
  return splice && spliced(file, splice);
}

const WHOLE: Splice = { head: new Uint8Array(), from: 0 };

async function tsTail(file: CachedAccess): Promise<Splice | null> {
  const map = await readProgramMap(file);
  if (map === null) return null;
  const { stride } = map.layout;
  const packets = Math.floor((file.sizeBytes - TAIL_BYTES) / stride);
  return packets <= 0 ? WHOLE : { head: map.tables, from: packets * stride };
}

async function psTail(file: CachedAccess): Promise<Splice | null> {
  const head = await file.read(0, Math.min(HEAD_BYTES, file.sizeBytes));
  if (!isProgramStream(head)) return null;
  const from = Math.max(0, file.sizeBytes - TAIL_BYTES);
  const [first] = psPackets(await file.read(from, file.sizeBytes));
  const [timed] = [...psPackets(head)].filter(({ header }) => header !== null);
  if (from === 0 || !first || !timed) return WHOLE;
  return { head: head.subarray(0, timed.at), from: from + first.at };
}
