import type { Patch } from '../../source/overlay.ts';
import type { Movie } from './movie.ts';
import type { SampleEntry } from './sample-entry.ts';

/** How the samples of `ipcm` and `fpcm` lie (ISO/IEC 23003-5 §5.2): the box `pcmC`, a full box. */
type PcmFormat = { readonly isLittleEndian: boolean; readonly bits: number };

function pcmFormat({ configurations }: SampleEntry): PcmFormat | null {
  const pcmC = configurations.get('pcmC');
  return pcmC && pcmC.length >= 6 ? { isLittleEndian: ((pcmC[4] ?? 0) & 1) === 1, bits: pcmC[5] ?? 0 } : null;
}

/** Why samples of PCM cannot be read, in a sentence; null if they can. */
export function pcmObstacle(entry: SampleEntry): string | null {
  if (entry.format !== 'ipcm' && entry.format !== 'fpcm') return null;
  const pcm = pcmFormat(entry);
  if (pcm === null) return 'The PCM in this file does not say how its samples lie (pcmC box).';
  return quickTimeName(entry.format, pcm) === null ? `PCM of ${pcm.bits} bits cannot be decoded here.` : null;
}

/**
 * Replaces the names that MPEG gives to PCM by those of QuickTime for the same bytes: for ffmpeg, which knows the
 * younger names since version 5.1 only.
 */
export function pcmPatches({ tracks, moov }: Movie): Patch[] {
  return tracks.flatMap(({ entry }) => {
    if (entry?.format !== 'ipcm' && entry?.format !== 'fpcm') return [];
    const pcm = pcmFormat(entry);
    const name = pcm && quickTimeName(entry.format, pcm);
    if (pcm === null || name === null) return [];
    const start = moov.start + entry.startInIndex;
    const bits = Buffer.alloc(2);
    bits.writeUInt16BE(pcm.bits);
    return [
      { start: start + 4, bytes: Buffer.from(name, 'latin1') },
      { start: start + SAMPLE_SIZE_AT, bytes: bits },
      // Of floats, a box of its own tells that the last byte comes first.
      ...(entry.format === 'fpcm' && pcm.isLittleEndian
        ? [
            {
              start: start + entry.bytes.indexOf('pcmC', 0, 'latin1'),
              bytes: Buffer.from('enda\0\x01', 'latin1'),
            },
          ]
        : []),
    ];
  });
}

/** Behind the box's header, six reserved bytes, a reference, and what is reserved and the channels. */
const SAMPLE_SIZE_AT = 26;

function quickTimeName(format: 'ipcm' | 'fpcm', { bits, isLittleEndian }: PcmFormat): string | null {
  if (format === 'fpcm') return bits === 32 ? 'fl32' : bits === 64 ? 'fl64' : null;
  return [16, 24, 32].includes(bits) ? (isLittleEndian ? 'sowt' : 'twos') : null;
}
