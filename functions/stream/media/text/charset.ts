/**
 * Decodes a text file: by its byte order mark, as UTF-16 where zero bytes tell it, as UTF-8 if it is that, and
 * otherwise as Windows-1252. Never throws: what cannot be decoded is U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  const label = markOf(bytes) ?? utf16Of(bytes);
  const text =
    label === null ? (decodeUtf8(bytes) ?? decodeAs('windows-1252', bytes)) : decodeAs(label, bytes);
  // Programs that failed to write leave zeros behind, and concatenated files marks inside.
  return text.replace(/[\0\ufeff]/g, '');
}

const MARKS: readonly (readonly [label: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

function markOf(bytes: Uint8Array): string | null {
  return MARKS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0] ?? null;
}

/**
 * Digits, spaces and line ends have a zero byte each in UTF-16, always on the same side. Zeros that fill a broken
 * file are on both.
 */
function utf16Of(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0] as [number, number];
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) zeros[i & 1 ? 1 : 0]++;
  const [even, odd] = zeros;
  if (Math.max(even, odd) * 10 < sample.length / 2 || Math.min(even, odd) * 4 > Math.max(even, odd))
    return null;
  return odd > even ? 'utf-16le' : even > 0 ? 'utf-16be' : null;
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decodeAs(label: string, bytes: Uint8Array): string {
  const decoder = new TextDecoder(label);
  const text = decoder.decode(bytes);
  if (decoder.encoding !== 'windows-1252') return text;
  // Node.js 20 decodes it as ISO 8859-1, which has control characters there.
  return text.replace(
    /[\x80-\x9f]/g,
    (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character,
  );
}

/** The characters from 0x80 (WHATWG Encoding §9). */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const SAMPLE_BYTES = 64 * 1024;
