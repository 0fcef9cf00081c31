import type { PacketLayout } from './program-clock.ts';
import type { ClockReading } from './timekeeping.ts';
import { tsPackets } from './ts-packet.ts';

/**
 * Reads the first program clock (PCR, ISO/IEC 13818-1 §2.4.3.5) in `bytes`, which lie at `position`, in ticks
 * of 90 kHz.
 */
export function readClocks(bytes: Uint8Array, position: number, layout: PacketLayout): ClockReading[] {
  const readings: ClockReading[] = [];
  let clockPid: number | null = null;
  for (const { at, pid } of tsPackets(bytes, position, layout)) {
    const clockAt = clockIn(bytes, at);
    if (clockAt === null || pid !== (clockPid ?? pid)) continue;
    clockPid = pid;
    readings.push({ position: position + at, ticks: readClock(bytes, clockAt) });
  }
  return readings;
}

/** Returns the clock in the packet at `at`; null in most. */
export function clockIn(bytes: Uint8Array, at: number): number | null {
  const hasField = ((bytes[at + 3] ?? 0) & 0x20) !== 0 && (bytes[at + 4] ?? 0) >= 7;
  return hasField && ((bytes[at + 5] ?? 0) & 0x10) !== 0 ? at + 6 : null;
}

/** Reads 33 consecutive bits, unlike the times of PES packets. */
export function readClock(bytes: Uint8Array, at: number): number {
  const byte = (i: number) => bytes[at + i] ?? 0;
  return (((byte(0) * 256 + byte(1)) * 256 + byte(2)) * 256 + byte(3)) * 2 + (byte(4) >> 7);
}

export function writeClock(bytes: Uint8Array, at: number, ticks: number): void {
  const high = Math.floor(ticks / 2);
  for (let i = 0; i < 4; i++) bytes[at + i] = Math.floor(high / 256 ** (3 - i)) % 256;
  bytes[at + 4] = ((bytes[at + 4] ?? 0) & 0x7f) | ((ticks % 2) << 7);
}
