/**
 * Types of boxes, ids of EBML, magic numbers: values that a parser branches on, and that chance would take
 * for ever to write.
 */
const WORDS = [
  ...'ftyp moov mvhd trak tkhd edts elst mdia mdhd hdlr minf stbl stsd stts ctts stss stsc stsz stz2 stco co64'.split(
    ' ',
  ),
  ...'moof traf tfhd tfdt trun mvex trex mehd sidx mfra mdat free skip wide uuid udta meta tref chap cmov'.split(
    ' ',
  ),
  ...'avc1 avc3 hvc1 hev1 av01 vp08 vp09 mp4a Opus fLaC alac ac-3 ec-3 encv sinf schm avcC hvcC esds dOps colr pasp'.split(
    ' ',
  ),
  ...'vide soun text sbtl OggS OpusHead RIFF RF64 WAVE fmt data ID3 Xing Info VBRI'.split(' '),
].map((word) => Buffer.from(word, 'latin1'));
/** What begins or ends something in the text of subtitles. */
const MARKS = [
  ...'1|00:00:01,000 --> 00:00:02,500|0:0:1.5 --> |-00:00:01,000|WEBVTT|NOTE|STYLE|X-TIMESTAMP-MAP='.split(
    '|',
  ),
  ...'<i>|</i>|<b>|<c.x>|</c>|<v A>|<font color="#fff">|<00:00:01.000>|{\\an8}|{\\i1}|{\\p1}|{\\pos(1,2)}|{\\t(0,1,\\fs2)}|\\N|\\h'.split(
    '|',
  ),
  ...'Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,|Format: |Style: |[Events]|[V4+ Styles]|[Script Info]'.split(
    '|',
  ),
  ...'<p begin="1s" end="2s">|</p>|<span begin="1s">|<br/>|<div timeContainer="seq">|region="a"|style="a"|<!--|<![CDATA['.split(
    '|',
  ),
  ...'\n|\n\n|\r\n|&amp;|&#10;|&#x41;|&|<|>|{|}|\u0000|\ufeff|\u2028|\u00a0|-->|line:0|align:start'.split(
    '|',
  ),
].map((word) => Buffer.from(word));
const IDS =
  '1a45dfa3 18538067 1549a966 1654ae6b 1f43b675 1c53bb6b 114d9b74 ae d7 83 86 63a2 e0 e1 b0 ba a3 a0 a1 e7 bb b3 b7 f1 9b 6d80 01ffffffffffffff ff 0000'
    .split(' ')
    .map((id) => Buffer.from(id, 'hex'));
const DICTIONARY = [...WORDS, ...IDS, ...MARKS];

const NUMBERS = [
  0, 1, 2, 7, 8, 9, 15, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const MOST_BYTES = 96 * 1024;

/** Returns a changed copy; `other` is another input, from which parts may be copied. */
export function mutate(input: Buffer, other: Buffer, random: () => number): Buffer {
  const pick = (below: number) => Math.floor(random() * below);
  let bytes: Buffer = Buffer.from(input);
  for (let times = 1 + pick(4); times > 0; times--) bytes = changed(bytes, other, pick);
  return bytes.subarray(0, MOST_BYTES);
}

function changed(bytes: Buffer, other: Buffer, pick: (below: number) => number): Buffer {
  // Headers are at the beginning more often than not.
  const at = pick(pick(2) === 0 ? bytes.length + 1 : Math.min(512, bytes.length + 1));
  const length = Math.min(1 + pick(pick(4) === 0 ? 4_096 : 16), bytes.length - at);
  const behind = bytes.subarray(at + length);
  switch (pick(9)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = pick(256);
      return bytes;
    case 2:
    case 3:
      return withNumber(bytes, at, pick);
    case 4: {
      const word = DICTIONARY[pick(DICTIONARY.length)] ?? Buffer.of(0);
      word.copy(bytes, at);
      return bytes;
    }
    case 5:
      return Buffer.concat([bytes.subarray(0, at), behind]);
    case 6:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at, at + length), behind]);
    case 7: {
      const from = pick(other.length + 1);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + length * 4), behind]);
    }
    default:
      return pick(4) === 0 ? Buffer.from(bytes.subarray(0, at)) : bytes;
  }
}

function withNumber(bytes: Buffer, at: number, pick: (below: number) => number): Buffer {
  const width = [1, 2, 4, 8][pick(4)] ?? 4;
  if (at + width > bytes.length) return bytes;
  const number = BigInt.asUintN(width * 8, BigInt(NUMBERS[pick(NUMBERS.length)] ?? 0) + BigInt(pick(3) - 1));
  const text = number.toString(16).padStart(width * 2, '0');
  const written = Buffer.from(text, 'hex');
  (pick(4) === 0 ? written.reverse() : written).copy(bytes, at);
  return bytes;
}
