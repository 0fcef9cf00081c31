import type { RandomAccess } from '../../source/bytes.ts';

/** Where transport packets of 188 bytes begin in a file, and how far apart they are. */
export type PacketLayout = { readonly offset: number; readonly stride: number };

const WHOLE_BYTES = 4 * 2 ** 20;
const WINDOWS = 8;
const WINDOW_BYTES = 64 * 1024;

/**
 * Whether the program clock of a transport stream (PCR, ISO/IEC 13818-1 §2.4.3.5) runs on from the first packet to the
 * last: it starts anew where recordings were joined. Short files are read whole, long ones in eight places.
 */
export async function isClockSteady(file: RandomAccess, layout: PacketLayout): Promise<boolean> {
  const { sizeBytes } = file;
  const isShort = sizeBytes <= WHOLE_BYTES;
  const windows = await Promise.all(
    Array.from({ length: isShort ? 1 : WINDOWS }, (_, i) => {
      const share = i / (WINDOWS - 1);
      const start = isShort ? 0 : alignedTo(layout, Math.floor((sizeBytes - WINDOW_BYTES) * share));
      return file.read(start, isShort ? sizeBytes : Math.min(sizeBytes, start + WINDOW_BYTES));
    }),
  );
  let pid: number | null = null;
  let last: number | null = null;
  for (const [i, window] of windows.entries()) {
    for (let at = isShort || i === 0 ? layout.offset : 0; at + 188 <= window.length; at += layout.stride) {
      const clock = clockOf(window, at);
      if (clock === null || clock.pid !== (pid ?? clock.pid)) continue;
      pid = clock.pid;
      // The clock wraps after 26.5 hours: less than half of that ahead is forward.
      if (last !== null && (clock.ticks - last + WRAP_TICKS) % WRAP_TICKS > WRAP_TICKS / 2) return false;
      last = clock.ticks;
    }
  }
  return true;
}

const WRAP_TICKS = 2 ** 33;

function alignedTo({ offset, stride }: PacketLayout, position: number): number {
  return offset + Math.ceil(Math.max(0, position - offset) / stride) * stride;
}

/** The clock that the packet at `at` carries, in ticks of 90 kHz; null for most. */
function clockOf(bytes: Uint8Array, at: number): { pid: number; ticks: number } | null {
  const byte = (i: number) => bytes[at + i] ?? 0;
  const hasClock = byte(0) === 0x47 && (byte(3) & 0x20) !== 0 && byte(4) >= 7 && (byte(5) & 0x10) !== 0;
  if (!hasClock) return null;
  const ticks = (((byte(6) * 256 + byte(7)) * 256 + byte(8)) * 256 + byte(9)) * 2 + (byte(10) >> 7);
  return { pid: ((byte(1) & 0x1f) << 8) | byte(2), ticks };
}
