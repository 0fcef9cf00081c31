const CRA = 21;
const BLA_N_LP = 18;

/**
 * Turns the slices of a CRA picture into those of one without leading pictures (ITU-T H.265 §7.4.2.2), which
 * have the same header: decoders take neighbours of the former for its leading pictures.
 */
export function withoutLeading(data: Uint8Array, lengthSize: number): Uint8Array {
  const changed = Uint8Array.from(data);
  for (let at = 0; at + lengthSize < changed.length; ) {
    let length = 0;
    for (let i = 0; i < lengthSize; i++) length = length * 256 + (changed[at + i] ?? 0);
    at += lengthSize;
    const header = changed[at] ?? 0;
    if (((header >> 1) & 0x3f) === CRA) changed[at] = (header & 0x81) | (BLA_N_LP << 1);
    at += length;
  }
  return changed;
}
