import { crc32, deflateSync } from 'node:zlib';

/** Rows from the top, of one bit a pixel from the left, each padded to whole bytes. */
export type Bitmap = { readonly width: number; readonly height: number; readonly bits: Uint8Array };

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const BIT_DEPTH = 1;
const INDEXED = 3;

/** Writes a PNG (W3C PNG §11) whose set bits have a colour (red, green, blue) and whose others are transparent. */
export function writePng({ width, height, bits }: Bitmap, colour: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BIT_DEPTH, INDEXED], 8);
  const stride = bits.length / height;
  const rows = Buffer.alloc((1 + stride) * height);
  // A byte in front of each row says that it is not filtered.
  for (let row = 0; row < height; row++)
    rows.set(bits.subarray(row * stride, (row + 1) * stride), row * (1 + stride) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.concat([colour, colour])),
    // The first of the two colours; the second one is opaque.
    chunk('tRNS', Uint8Array.of(0)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
