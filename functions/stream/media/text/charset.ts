import { analyse } from 'chardet';

/**
 * Decodes a text file: by its byte order mark, as UTF-16 where zero bytes tell it, as UTF-8 if it is that, and
 * otherwise in the encoding that its letters are most likely in. Never throws: what cannot be decoded is U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  const label = markOf(bytes) ?? utf16Of(bytes);
  const text = label === null ? (decodeUtf8(bytes) ?? decodeLegacy(bytes)) : decodeAs(label, bytes);
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

function decodeLegacy(bytes: Uint8Array): string {
  const letters = lettersOf(bytes);
  const labels = [...declaredBy(bytes), ...analyse(letters).map(({ name }) => name)];
  const possible = labels.filter((label) => !NOT_TRIED.test(label) && isLabel(label));
  // A file in UTF-8 that is broken in a place or two is still that.
  const fitting = possible.find((label) => label === 'UTF-8' || !decodeAs(label, letters).includes('\ufffd'));
  return decodeAs(fitting ?? possible[0] ?? 'windows-1252', bytes);
}

/** The encoding that an XML declaration names. */
function declaredBy(bytes: Uint8Array): string[] {
  const beginning = String.fromCharCode(...bytes.subarray(0, 200));
  const [, label] = /^\s{0,9}<\?xml [^>]{0,80}?encoding=["']([\w-]{1,40})["']/.exec(beginning) ?? [];
  return label === undefined ? [] : [label];
}

/** Tells whether the web has an encoding of this name; some of the detector's are of no such. */
function isLabel(label: string): boolean {
  try {
    return new TextDecoder(label) !== null;
  } catch {
    return false;
  }
}

/** They have been ruled out before. */
const NOT_TRIED = /^(?:UTF-16|UTF-32|ASCII)/i;

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

/** Returns the first lines that have more than ASCII: times and numbers tell nothing. */
function lettersOf(bytes: Uint8Array): Uint8Array {
  const letters: number[] = [];
  let isTelling = false;
  for (let i = 0, start = 0; i <= bytes.length && letters.length < SAMPLE_BYTES; i++) {
    const byte = bytes[i] ?? 10;
    if (byte >= 128) isTelling = true;
    if (byte !== 10) continue;
    if (isTelling)
      for (const each of bytes.subarray(start, Math.min(i + 1, start + SAMPLE_BYTES))) letters.push(each);
    [start, isTelling] = [i + 1, false];
  }
  return Uint8Array.from(letters);
}
