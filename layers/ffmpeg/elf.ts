import { ARCHITECTURES, type Architecture } from './architecture.ts';

export type Elf = {
  /** Null for a processor that Lambda does not have. */
  readonly architecture: Architecture | null;
  readonly bits: 32 | 64;
  /** Whether it needs libraries of the system that it runs on. */
  readonly dynamic: boolean;
};

const MAGIC = 0x7f454c46;
const [CLASS_64, LITTLE_ENDIAN, EXECUTABLE, POSITION_INDEPENDENT] = [2, 1, 2, 3];
const HEADER_BYTES = 64;
const INTERPRETER = 3;

/** Reads the header of an executable (System V ABI, "ELF Header"); null if it is not an ELF executable. */
export function readElf(file: Uint8Array): Elf | null {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.byteLength < HEADER_BYTES || view.getUint32(0) !== MAGIC) return null;
  const littleEndian = view.getUint8(5) === LITTLE_ENDIAN;
  const type = view.getUint16(16, littleEndian);
  if (type !== EXECUTABLE && type !== POSITION_INDEPENDENT) return null;
  const bits = view.getUint8(4) === CLASS_64 ? 64 : 32;
  const machine = view.getUint16(18, littleEndian);
  return {
    architecture: littleEndian ? architectureOf(machine) : null,
    bits,
    dynamic: bits === 64 && hasInterpreter(view, littleEndian),
  };
}

function architectureOf(machine: number): Architecture | null {
  const names = Object.keys(ARCHITECTURES) as Architecture[];
  return names.find((name) => ARCHITECTURES[name].elfMachine === machine) ?? null;
}

/** A dynamically linked program names the loader of its libraries. */
function hasInterpreter(view: DataView, littleEndian: boolean): boolean {
  const start = Number(view.getBigUint64(32, littleEndian));
  const entryBytes = view.getUint16(54, littleEndian);
  const count = view.getUint16(56, littleEndian);
  for (let at = start; at < start + count * entryBytes && at + 4 <= view.byteLength; at += entryBytes) {
    if (view.getUint32(at, littleEndian) === INTERPRETER) return true;
  }
  return false;
}
