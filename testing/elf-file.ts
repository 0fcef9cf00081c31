/** Writes the header of a 64-bit little-endian program, enough for readers of its machine type. */
export function elfProgram(machine: number, { dynamic = false, text = '' } = {}): Buffer {
  const header = Buffer.alloc(64 + 56);
  header.write('\x7fELF', 'latin1');
  header.set([2, 1, 1], 4);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(dynamic ? 3 : 1, 64);
  return Buffer.concat([header, Buffer.from(text, 'latin1')]);
}

export const ARM64 = 183;
export const X86_64 = 62;
