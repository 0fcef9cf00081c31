import { damaged } from '../../base/problem.ts';
import { type Box, childBoxes } from '../boxes/boxes.ts';
import { box, fullBox, text, uint32 } from '../boxes/write-box.ts';
import { AUDIO_HEAD_BYTES, STSD_HEAD_BYTES, VIDEO_HEAD_BYTES } from '../isobmff/entry-heads.ts';
import { PATTERN } from './encrypt-sample.ts';
import { BLOCK_BYTES } from './key-and-iv.ts';

/** What an init segment says of the key. */
export type KeyIdAndIv = { readonly id: Uint8Array; readonly iv: Uint8Array };

/**
 * Returns an init segment of one track for encrypted samples (ISO/IEC 23001-7 §8, scheme `cbcs` with a constant vector),
 * with the `pssh` by which players know the key.
 */
export function protectInit(init: Buffer, key: KeyIdAndIv): Buffer {
  const boxes = [...childBoxes(init, 0, init.byteLength)].map((each) =>
    each.type === 'moov' ? protectMovie(init, each, key) : init.subarray(each.start, each.end),
  );
  return Buffer.concat(boxes);
}

function protectMovie(init: Buffer, moov: Box, key: KeyIdAndIv): Buffer {
  const written = rewritten(init, moov, ['trak', 'mdia', 'minf', 'stbl', 'stsd'], (stsd) =>
    protectEntries(init, stsd, key),
  );
  return box('moov', written.subarray(8), pssh(key.id));
}

/** Writes a box anew, with another one in place of those at the end of `path`. */
function rewritten(
  bytes: Buffer,
  parent: Box,
  path: readonly string[],
  replace: (found: Box) => Buffer,
): Buffer {
  const [type, ...rest] = path;
  if (type === undefined) return replace(parent);
  const children = [...childBoxes(bytes, parent.body, parent.end)].map((child) =>
    child.type === type ? rewritten(bytes, child, rest, replace) : bytes.subarray(child.start, child.end),
  );
  return box(parent.type, ...children);
}

function protectEntries(bytes: Buffer, stsd: Box, key: KeyIdAndIv): Buffer {
  const entries = [...childBoxes(bytes, stsd.body + STSD_HEAD_BYTES, stsd.end)].map((entry) => {
    const isVideo = VIDEO.test(entry.type);
    return box(
      isVideo ? 'encv' : 'enca',
      bytes.subarray(entry.body, endOfBoxes(bytes, entry, isVideo)),
      box(
        'sinf',
        box('frma', text(entry.type)),
        fullBox('schm', 0, 0, text('cbcs'), uint32(0x10000)),
        box('schi', tenc(key, isVideo)),
      ),
    );
  });
  if (entries.length === 0) throw damaged('An init segment has no sample entry.');
  return box('stsd', bytes.subarray(stsd.body, stsd.body + STSD_HEAD_BYTES), ...entries);
}

/** Returns where the boxes of an entry end: QuickTime writes four zero bytes behind them, and players look no further. */
function endOfBoxes(bytes: Buffer, { body, end }: Box, isVideo: boolean): number {
  const start = body + (isVideo ? VIDEO_HEAD_BYTES : AUDIO_HEAD_BYTES);
  // Of another version, its boxes begin elsewhere.
  if (!isVideo && bytes.readUInt16BE(body + 8) !== 0) return end;
  return [...childBoxes(bytes, start, end)].at(-1)?.end ?? end;
}

/** The sample entries of H.264 and HEVC. */
const VIDEO = /^(avc[13]|hvc1|hev1)$/;

/** Encrypted, without vectors in samples; audio has no pattern (ISO/IEC 23001-7 §8.2, §10.4). */
function tenc({ id, iv }: KeyIdAndIv, isVideo: boolean): Buffer {
  const pattern = isVideo ? (PATTERN.encrypted << 4) | PATTERN.clear : 0;
  return fullBox('tenc', 1, 0, Buffer.of(0, pattern, 1, 0), id, Buffer.of(BLOCK_BYTES), iv);
}

/** The system that any player knows, which lists ids of keys and nothing else (W3C, "cenc" initialization data). */
const COMMON_SYSTEM = '1077efec-c0b2-4d02-ace3-3c1e52e2fb4b';

/** Writes the box by which a player learns which keys it needs (ISO/IEC 23001-7 §8.1). */
function pssh(id: Uint8Array): Buffer {
  const system = Buffer.from(COMMON_SYSTEM.replaceAll('-', ''), 'hex');
  return fullBox('pssh', 1, 0, system, uint32(1), id, uint32(0));
}
