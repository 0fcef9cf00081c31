import { parseAacConfig, parseOtherAac } from './aac.ts';
import { bitCursor } from './bit-cursor.ts';

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
const SYNC = 0x2b7;
const STEREO_SYNC = 0x548;
const RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

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
  if (bits.read(11) !== SYNC || bits.read(5) !== SBR || bits.read(1) !== 1) return null;
  const sampleRate = readRate(bits.read);
  if (sampleRate === null || bits.isPastEnd()) return null;
  const isStereo = bits.read(11) === STEREO_SYNC && bits.read(1) === 1 && !bits.isPastEnd();
  if (isStereo && own.channels === 1) return { sampleRate, channels: 2, objectType: PARAMETRIC_STEREO };
  return { ...own, sampleRate, objectType: SBR };
}

function readRate(read: (count: number) => number): number | null {
  const index = read(4);
  return (index === 15 ? read(24) : RATES[index]) || null;
}
