import type { Colour } from '../model/media.ts';
import { bitCursor } from './bitstream.ts';

/** An open bitstream unit (AV1 specification §5.3) with its header. */
export type Obu = { readonly type: number; readonly bytes: Uint8Array; readonly payload: Uint8Array };

export type Av1Sequence = {
  readonly profile: number;
  readonly level: number;
  readonly tier: number;
  readonly bitDepth: 8 | 10 | 12;
  readonly isMonochrome: boolean;
  readonly subsamplingX: number;
  readonly subsamplingY: number;
  readonly chromaSamplePosition: number;
  readonly colour: Colour;
};

export const OBU_SEQUENCE_HEADER = 1;
export const OBU_TEMPORAL_DELIMITER = 2;

/** Splits a temporal unit into its OBUs; null if their headers do not add up. */
export function parseObus(packet: Uint8Array): Obu[] | null {
  const obus: Obu[] = [];
  let at = 0;
  while (at < packet.length) {
    const header = packet[at] ?? 0;
    if (header & 0x81) return null;
    const type = (header >> 3) & 0x0f;
    let start = at + 1 + ((header & 0x04) >> 2);
    let length = packet.length - start;
    if (header & 0x02) {
      length = 0;
      let shift = 1;
      for (let i = 0; ; i++, shift *= 128) {
        const byte = packet[start++];
        if (byte === undefined || i === 8) return null;
        length += (byte & 0x7f) * shift;
        if (byte < 0x80) break;
      }
    }
    if (length < 0 || start + length > packet.length) return null;
    obus.push({
      type,
      bytes: packet.subarray(at, start + length),
      payload: packet.subarray(start, start + length),
    });
    at = start + length;
  }
  return obus;
}

/** Parses the sequence header's payload (AV1 specification §5.5); null if it is cut short. */
export function parseAv1Sequence(payload: Uint8Array): Av1Sequence | null {
  const bits = bitCursor(payload);
  const profile = bits.read(3);
  bits.read(1);
  const isReduced = bits.flag();
  const { level, tier } = isReduced ? { level: bits.read(5), tier: 0 } : readOperatingPoints(bits);
  const widthBits = bits.read(4) + 1;
  const heightBits = bits.read(4) + 1;
  bits.read(widthBits);
  bits.read(heightBits);
  if (!isReduced && bits.flag()) bits.read(7);
  bits.read(3);
  if (!isReduced) readTools(bits);
  bits.read(3);
  const colour = readColour(bits, profile);
  return bits.isPastEnd() || profile > 2 ? null : { profile, level, tier, ...colour };
}

type Bits = ReturnType<typeof bitCursor>;

function readOperatingPoints(bits: Bits) {
  let delayBits = 0;
  const hasTiming = bits.flag();
  let hasDecoderModel = false;
  if (hasTiming) {
    bits.read(32);
    bits.read(32);
    if (bits.flag()) readUvlc(bits);
    hasDecoderModel = bits.flag();
    if (hasDecoderModel) {
      delayBits = bits.read(5) + 1;
      bits.read(32);
      bits.read(10);
    }
  }
  const hasInitialDelay = bits.flag();
  const count = bits.read(5) + 1;
  let first = { level: 0, tier: 0 };
  for (let i = 0; i < count && !bits.isPastEnd(); i++) {
    bits.read(12);
    const level = bits.read(5);
    const tier = level > 7 ? bits.read(1) : 0;
    if (hasDecoderModel && bits.flag()) {
      bits.read(delayBits);
      bits.read(delayBits);
      bits.read(1);
    }
    if (hasInitialDelay && bits.flag()) bits.read(4);
    if (i === 0) first = { level, tier };
  }
  return first;
}

function readUvlc(bits: Bits): void {
  let zeros = 0;
  while (!bits.isPastEnd() && !bits.flag()) zeros++;
  bits.read(Math.min(zeros, 32));
}

function readTools(bits: Bits): void {
  bits.read(4);
  const hasOrderHint = bits.flag();
  if (hasOrderHint) bits.read(2);
  const choosesScreenContent = bits.flag();
  const screenContent = choosesScreenContent ? 2 : bits.read(1);
  if (screenContent > 0 && !bits.flag()) bits.read(1);
  if (hasOrderHint) bits.read(3);
}

function readColour(bits: Bits, profile: number) {
  const isHigh = bits.flag();
  const isTwelve = profile === 2 && isHigh && bits.flag();
  const bitDepth: Av1Sequence['bitDepth'] = isTwelve ? 12 : isHigh ? 10 : 8;
  const isMonochrome = profile !== 1 && bits.flag();
  const [primaries = 2, transfer = 2, matrix = 2] = bits.flag()
    ? [bits.read(8), bits.read(8), bits.read(8)]
    : [];
  const sequence = (isFullRange: boolean) => ({
    bitDepth,
    isMonochrome,
    colour: { primaries, transfer, matrix, isFullRange },
  });
  if (isMonochrome) {
    return { ...sequence(bits.flag()), subsamplingX: 1, subsamplingY: 1, chromaSamplePosition: 0 };
  }
  if (primaries === 1 && transfer === 13 && matrix === 0) {
    return { ...sequence(true), subsamplingX: 0, subsamplingY: 0, chromaSamplePosition: 0 };
  }
  const common = sequence(bits.flag());
  let subsamplingX = profile === 1 ? 0 : 1;
  let subsamplingY = profile === 0 ? 1 : 0;
  if (profile === 2 && bitDepth === 12) {
    subsamplingX = bits.read(1);
    subsamplingY = subsamplingX === 1 ? bits.read(1) : 0;
  }
  const chromaSamplePosition = subsamplingX === 1 && subsamplingY === 1 ? bits.read(2) : 0;
  return { ...common, subsamplingX, subsamplingY, chromaSamplePosition };
}
