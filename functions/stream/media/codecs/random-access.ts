import type { VideoCodec } from '../model/codecs.ts';
import { unitType } from './parameter-sets.ts';

/** `unclear` if the access unit's first slice begins after the available bytes. */
export type Beginning = 'yes' | 'no' | 'broken' | 'unclear';

/**
 * Tells by its first bytes whether decoding can begin with a sample: H.264 at an IDR picture, HEVC at any of
 * its random access types. For other codecs the container decides. `lengthSize` is that of the lengths before
 * the units.
 */
export function canBeginWith(
  codec: VideoCodec,
  lengthSize: number,
  beginning: Uint8Array,
  sampleBytes: number,
): Beginning {
  if (codec !== 'h264' && codec !== 'hevc') return 'yes';
  for (let at = 0; at < sampleBytes; ) {
    if (at + lengthSize >= beginning.length) return beginning.length >= sampleBytes ? 'broken' : 'unclear';
    let length = 0;
    for (let i = 0; i < lengthSize; i++) length = length * 256 + (beginning[at + i] ?? 0);
    at += lengthSize;
    if (at + length > sampleBytes) return 'broken';
    const type = unitType(codec, beginning.subarray(at, at + 2));
    if (length > 0 && codec === 'h264' && type >= 1 && type <= 5) return type === 5 ? 'yes' : 'no';
    if (length > 0 && codec === 'hevc' && type <= 31) return type >= 16 && type <= 21 ? 'yes' : 'no';
    at += length;
  }
  return 'broken';
}

/** Returns the length size in `avcC` or `hvcC` (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1); 4 without a record. */
export function lengthSizeOf(codec: VideoCodec, configuration: Uint8Array | null): number {
  return ((configuration?.[codec === 'h264' ? 4 : 21] ?? 3) & 3) + 1;
}
