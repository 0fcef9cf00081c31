import { bitCursor } from './bitstream.ts';
import type { OwnFormat } from './own-format.ts';

/** A frame of AC-3 or E-AC-3, as its header describes it (ETSI TS 102 366 §4.4.1, §4.4.2, annex E). */
export type DolbyFrame = {
  readonly channels: number;
  readonly sampleRate: number;
  readonly samples: number;
  readonly frameBytes: number;
  /** The fields of `dac3` or `dec3` (annex F). */
  readonly configuration: Uint8Array;
};

export const AC3_RATES = [48_000, 44_100, 32_000];
const AC3_CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5];

/**
 * Counts the channels of an audio coding mode, with or without the low-frequency one (ETSI TS 102 366
 * §4.4.2.3).
 */
export function ac3Channels(mode: number, hasLowFrequencies: boolean): number {
  return (AC3_CHANNELS[mode & 7] ?? 2) + (hasLowFrequencies ? 1 : 0);
}

export function dolbyFormat(frame: DolbyFrame | null): OwnFormat | null {
  return frame && { channels: frame.channels, sampleRate: frame.sampleRate, bitsPerSample: null };
}

const SYNC_WORD = 0x0b77;
const AC3_SAMPLES = 1536;
const BLOCK_SAMPLES = 256;

/** Bits per second of AC-3 in thousands, by half of its frame size code (table 4.13). */
const AC3_BITRATES = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/** Reads the header of AC-3; null for other bytes. */
export function readAc3(frame: Uint8Array): DolbyFrame | null {
  const { read, isPastEnd } = bitCursor(frame);
  const isAc3 = read(16) === SYNC_WORD;
  read(16);
  const [rate, size, streamId, mode, coding] = [read(2), read(6), read(5), read(3), read(3)];
  // Levels of the centre, of the surrounds and of Dolby's matrix.
  if ((coding & 1) === 1 && coding !== 1) read(2);
  if ((coding & 4) !== 0) read(2);
  if (coding === 2) read(2);
  const low = read(1);
  const sampleRate = AC3_RATES[rate];
  const kilobits = AC3_BITRATES[size >> 1];
  if (!isAc3 || streamId > 8 || sampleRate === undefined || kilobits === undefined || isPastEnd())
    return null;
  const words = Math.floor((kilobits * 1000 * AC3_SAMPLES) / sampleRate / 16);
  // At 44.1 kHz, each second size has a word more.
  const frameBytes = 2 * (words + (sampleRate === 44_100 ? size & 1 : 0));
  const fields =
    (rate << 22) | (streamId << 17) | (mode << 14) | (coding << 11) | (low << 10) | ((size >> 1) << 5);
  const configuration = Uint8Array.of(fields >> 16, (fields >> 8) & 0xff, fields & 0xff);
  const channels = ac3Channels(coding, low === 1);
  return { channels, sampleRate, samples: AC3_SAMPLES, frameBytes, configuration };
}

const BLOCKS = [1, 2, 3, 6];

/** Reads a frame of E-AC-3 that no others go with; null for other bytes, and for frames that depend on others. */
export function readEac3(packet: Uint8Array): DolbyFrame | null {
  const { read, isPastEnd } = bitCursor(packet);
  const isEac3 = read(16) === SYNC_WORD;
  const [type, substream, words, rate] = [read(2), read(3), read(11) + 1, read(2)];
  const blocks = read(2);
  const [coding, low, streamId] = [read(3), read(1), read(5)];
  const sampleRate = AC3_RATES[rate];
  const isKnown = isEac3 && type !== 1 && substream === 0 && streamId > 10 && streamId <= 16;
  const frameBytes = 2 * words;
  if (!isKnown || sampleRate === undefined || isPastEnd() || frameBytes !== packet.length) return null;
  const samples = BLOCK_SAMPLES * (BLOCKS[blocks] ?? 6);
  const kilobits = Math.round((8 * frameBytes * sampleRate) / samples / 1000);
  // One independent substream, of the main programme.
  const configuration = Uint8Array.of(
    kilobits >> 5,
    (kilobits & 0x1f) << 3,
    (rate << 6) | (streamId << 1),
    (coding << 1) | low,
    0,
  );
  const channels = ac3Channels(coding, low === 1);
  return { channels, sampleRate, samples, frameBytes, configuration };
}
