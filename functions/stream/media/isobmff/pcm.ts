import type { Patch } from '../../source/overlay.ts';
import type { Movie } from './movie.ts';
import type { SampleEntry } from './sample-entry.ts';

/** Format of the samples of `ipcm` and `fpcm` (ISO/IEC 23003-5 §5.2), by the full box `pcmC`. */
type PcmFormat = { readonly isLittleEndian: boolean; readonly bits: number };

function pcmFormat({ configurations }: SampleEntry): PcmFormat | null {
  const pcmC = configurations.get('pcmC');
  return pcmC && pcmC.length >= 6 ? { isLittleEndian: ((pcmC[4] ?? 0) & 1) === 1, bits: pcmC[5] ?? 0 } : null;
}

/** Returns why samples of PCM cannot be read, in a sentence; null if they can. */
export function pcmObstacle(entry: SampleEntry): string | null {
  if (entry.format !== 'ipcm' && entry.format !== 'fpcm') return null;
  const pcm = pcmFormat(entry);
  if (pcm === null) return 'The PCM in this file does not declare its sample format (pcmC box).';
  return quickTimeName(entry.format, pcm) === null ? `PCM of ${pcm.bits} bits cannot be decoded here.` : null;
}

/**
 * Replaces MPEG's names for PCM by QuickTime's for the same bytes: ffmpeg knows the newer names only since
 * version 5.1.
 */
export function pcmPatches({ tracks, moov }: Movie): Patch[] {
  return tracks.flatMap(({ entry }) => {
    if (entry === null) return [];
    const start = moov.start + entry.startInIndex;
    return patchesOf(entry).map((patch) => ({ ...patch, start: start + patch.start }));
  });
}

/** Returns a sample entry with QuickTime's name for its PCM. */
export function withQuickTimeName(entry: SampleEntry): Buffer {
  const bytes = Buffer.from(entry.bytes);
  for (const patch of patchesOf(entry)) bytes.set(patch.bytes, patch.start);
  return bytes;
}

/** Returns patches whose places count from the start of the entry. */
function patchesOf(entry: SampleEntry): Patch[] {
  const { format, bytes } = entry;
  if (format !== 'ipcm' && format !== 'fpcm') return [];
  const pcm = pcmFormat(entry);
  const name = pcm && quickTimeName(format, pcm);
  if (pcm === null || name === null) return [];
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(pcm.bits);
  return [
    { start: 4, bytes: Buffer.from(name, 'latin1') },
    { start: SAMPLE_SIZE_AT, bytes: bits },
    // For floats, a box of its own declares little-endian samples.
    ...(format === 'fpcm' && pcm.isLittleEndian
      ? [{ start: bytes.indexOf('pcmC', 0, 'latin1'), bytes: Buffer.from('enda\0\x01', 'latin1') }]
      : []),
  ];
}

/** Offset after the box's header, six reserved bytes, a reference, more reserved bytes and the channels. */
const SAMPLE_SIZE_AT = 26;

function quickTimeName(format: 'ipcm' | 'fpcm', { bits, isLittleEndian }: PcmFormat): string | null {
  if (format === 'fpcm') return bits === 32 ? 'fl32' : bits === 64 ? 'fl64' : null;
  return [16, 24, 32].includes(bits) ? (isLittleEndian ? 'sowt' : 'twos') : null;
}
