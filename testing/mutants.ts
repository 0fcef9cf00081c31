/** Finds positions worth altering: the sizes and types of boxes, and the bytes after them. */
export function headerPositions(bytes: Buffer): number[] {
  const types =
    'moov mvhd trak tkhd edts elst mdia mdhd hdlr minf stbl stsd stts ctts stss stsc stsz stco co64'.split(
      ' ',
    );
  const more = 'moof traf tfhd tfdt trun mvex trex mehd sidx avcC hvcC esds dOps mdat ftyp udta uuid'.split(
    ' ',
  );
  return [...types, ...more].flatMap((type) => {
    const found: number[] = [];
    for (
      let at = bytes.indexOf(type, 0, 'latin1');
      at >= 4 && found.length < 4;
      at = bytes.indexOf(type, at + 4, 'latin1')
    ) {
      found.push(at - 4);
    }
    return found;
  });
}

const EBML = ['1c53bb6b', '114d9b74', '1549a966', '1654ae6b', '1f43b675', 'bb', 'b7', 'f1', 'a3', '2ad7b1'];

/** Finds the decisive sizes and numbers of a Matroska file. */
export function ebmlPositions(bytes: Buffer): number[] {
  return EBML.flatMap((id) => {
    const found: number[] = [];
    for (
      let at = bytes.indexOf(id, 0, 'hex');
      at >= 0 && found.length < 6;
      at = bytes.indexOf(id, at + 1, 'hex')
    )
      found.push(at);
    return found;
  });
}

const LIES = [0, 1, 7, 8, 9, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** Copies a file with a few altered bytes, or only its beginning. */
export function mutant(original: Buffer, headers: readonly number[], random: () => number): Buffer {
  const pick = (below: number) => Math.floor(random() * below);
  const kind = pick(10);
  if (kind === 0) return original.subarray(0, pick(original.length));
  const bytes = Buffer.from(original);
  for (let times = 1 + pick(3); times > 0; times--) {
    const header = headers[pick(headers.length)] ?? 0;
    if (kind < 3) bytes.writeUInt8(pick(256), pick(bytes.length));
    else if (kind < 5) bytes.writeUInt8(pick(256), Math.min(bytes.length - 1, header + pick(64)));
    else {
      // Counts and sizes are 32 bits wide and lie at even offsets after the header.
      const at = Math.min(bytes.length - 4, header + (kind < 7 ? 0 : 8 + pick(12) * 4));
      bytes.writeUInt32BE((LIES[pick(LIES.length)] ?? 0) >>> 0, at);
    }
  }
  return bytes;
}
