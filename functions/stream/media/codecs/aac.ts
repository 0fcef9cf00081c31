import { bitCursor } from './bitstream.ts';

/** The fields of an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) that timing and remuxing need. */
export type AacConfig = {
  readonly objectType: number;
  /** Rate of the core coder: with SBR the decoded audio has twice as many samples. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly samplesPerFrame: 1024 | 960;
};

/** Samples per frame, as they are encoded here. */
export const AAC_FRAME = 1024;

const RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];

/** Reads a rate by its number, or in full; null for a reserved number. */
function readRate(read: (count: number) => number): number | null {
  const index = read(4);
  return (index === 15 ? read(24) : RATES[index]) || null;
}

/** Parses a configuration; null unless it is of an AAC that MP4 players know. */
export function parseAacConfig(config: Uint8Array): AacConfig | null {
  if (config.length < 2) return null;
  const { read } = bitCursor(config);
  const readObjectType = () => {
    const type = read(5);
    return type === 31 ? 32 + read(6) : type;
  };
  const objectType = readObjectType();
  const sampleRate = readRate(read) ?? 0;
  const channels = CHANNELS[read(4)] ?? 0;
  let core = objectType;
  if (objectType === 5 || objectType === 29) {
    readRate(read);
    core = readObjectType();
  }
  if (![1, 2, 3, 4].includes(core) || sampleRate === 0) return null;
  return { objectType, sampleRate, channels, samplesPerFrame: read(1) === 1 ? 960 : 1024 };
}

/**
 * LC, and HE with or without parametric stereo (table 1.3): the kinds that browsers decode, by codec string.
 */
export const PLAIN_AAC = /^mp4a\.40\.(2|5|29)$/;

/** Names of the other object types (§1.5.1.1). */
const OTHER_KINDS: Readonly<Record<number, string>> = {
  1: 'AAC Main',
  3: 'AAC-SSR',
  4: 'AAC-LTP',
  6: 'scalable AAC',
  17: 'error resilient AAC-LC',
  19: 'error resilient AAC-LTP',
  20: 'error resilient scalable AAC',
  22: 'error resilient BSAC',
  23: 'AAC-LD',
  39: 'AAC-ELD',
  42: 'xHE-AAC',
};

/** Names a kind of AAC by its codec string (RFC 6381). */
export function aacName(codecString: string | null): string {
  const objectType = Number(/^mp4a\.40\.(\d+)$/.exec(codecString ?? '')?.[1]);
  const kind = OTHER_KINDS[objectType];
  return kind === undefined ? 'AAC' : `${kind} (${codecString})`;
}

/** Parses the fields that configurations of all these kinds begin with; null for other bytes. */
export function parseOtherAac(config: Uint8Array): Omit<AacConfig, 'samplesPerFrame'> | null {
  if (config.length < 2) return null;
  const { read, isPastEnd } = bitCursor(config);
  const first = read(5);
  const objectType = first === 31 ? 32 + read(6) : first;
  const sampleRate = readRate(read) ?? 0;
  const channels = CHANNELS[read(4)] ?? 0;
  const isKnown = OTHER_KINDS[objectType] !== undefined && sampleRate > 0 && !isPastEnd();
  return isKnown ? { objectType, sampleRate, channels } : null;
}

/**
 * Writes the configuration of AAC-LC, which says that there is no SBR (§1.6.5.3). Throws RangeError for a
 * rate without a number.
 */
export function audioSpecificConfig({
  sampleRate,
  channels,
}: {
  readonly sampleRate: number;
  readonly channels: 1 | 2 | 6;
}): Uint8Array {
  const rate = RATES.indexOf(sampleRate);
  if (rate < 0) throw new RangeError(`AAC has no number for ${sampleRate} Hz.`);
  const core = (LOW_COMPLEXITY << 11) | (rate << 7) | (channels << 3);
  return Uint8Array.of(core >> 8, core & 0xff, 0x56, 0xe5, 0x00);
}

const LOW_COMPLEXITY = 2;

export type AdtsFrame = {
  readonly config: Uint8Array;
  readonly headerBytes: number;
  readonly frameBytes: number;
};

/**
 * Parses the ADTS header at the start of `frame` (ISO/IEC 13818-7 §6.2) as an AudioSpecificConfig; null if
 * there is none.
 */
export function parseAdts(frame: Uint8Array): AdtsFrame | null {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = frame;
  if (frame.length < 7 || first !== 0xff || (second & 0xf6) !== 0xf0) return null;
  const objectType = (third >> 6) + 1;
  const rateIndex = (third >> 2) & 0x0f;
  const channels = ((third & 1) << 2) | (fourth >> 6);
  if (rateIndex > 12) return null;
  return {
    config: Uint8Array.of((objectType << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channels << 3)),
    headerBytes: second & 1 ? 7 : 9,
    frameBytes: ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5),
  };
}

export type AudibleFormat = {
  /** The decoder's output rate: with SBR twice the core coder's rate. */
  readonly sampleRate: number;
  /**
   * The decoder's output channels: two with parametric stereo, whatever the core coder has; 0 if only the
   * stream itself tells.
   */
  readonly channels: number;
  /** Object type of RFC 6381: 2 AAC-LC, 5 HE-AAC, 29 HE-AAC v2. */
  readonly objectType: number;
};

const SBR = 5;
const PARAMETRIC_STEREO = 29;
const SBR_SYNC = 0x2b7;
const STEREO_SYNC = 0x548;

/**
 * Reads the decoded format of an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1), with SBR and parametric
 * stereo as signalled before the core coder or after it (§1.6.5.3). Null if it is not AAC.
 */
export function audibleFormat(config: Uint8Array): AudibleFormat | null {
  const core = parseAacConfig(config);
  if (core === null) return parseOtherAac(config);
  const { objectType, channels } = core;
  const own = { sampleRate: core.sampleRate, channels, objectType };
  const isMono = channels === 1;
  if (objectType === SBR || objectType === PARAMETRIC_STEREO) {
    const sampleRate = explicitRate(config) ?? core.sampleRate;
    return { sampleRate, channels: objectType === PARAMETRIC_STEREO && isMono ? 2 : channels, objectType };
  }
  return compatibleExtension(config, own) ?? own;
}

/** Reads explicit signalling: object type, core rate, channels, then the rate after SBR. */
function explicitRate(config: Uint8Array): number | null {
  const bits = bitCursor(config);
  bits.read(5);
  if (bits.read(4) === 15) bits.read(24);
  bits.read(4);
  return readRate(bits.read);
}

/**
 * Reads compatible signalling: eleven bits that old decoders ignore, after the end of the core's own
 * configuration.
 */
function compatibleExtension(config: Uint8Array, own: AudibleFormat): AudibleFormat | null {
  // A program config element would put the end anywhere; then the stream tells.
  if (own.channels === 0) return null;
  const bits = bitCursor(config);
  bits.read(5);
  if (bits.read(4) === 15) bits.read(24);
  bits.read(4);
  // frameLengthFlag, dependsOnCoreCoder, extensionFlag
  bits.read(1);
  if (bits.read(1) === 1) bits.read(14);
  bits.read(1);
  if (bits.read(11) !== SBR_SYNC || bits.read(5) !== SBR || bits.read(1) !== 1) return null;
  const sampleRate = readRate(bits.read);
  if (sampleRate === null || bits.isPastEnd()) return null;
  const isStereo = bits.read(11) === STEREO_SYNC && bits.read(1) === 1 && !bits.isPastEnd();
  if (isStereo && own.channels === 1) return { sampleRate, channels: 2, objectType: PARAMETRIC_STEREO };
  return { ...own, sampleRate, objectType: SBR };
}
