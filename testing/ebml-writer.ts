/** An unsigned number, in eight bytes. */
export function number(kind: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(kind, bytes);
}

/** An element with a size in eight bytes. */
export function element(kind: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([id(kind), size(length), ...parts]);
}

export function id(kind: number): Buffer {
  const hex = kind.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

/** In eight bytes, whatever it is. */
export function size(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  bytes[0] = 1;
  return bytes;
}
