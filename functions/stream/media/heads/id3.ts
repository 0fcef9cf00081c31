import { replayGainTexts, type Tags } from '../model/tags.ts';

/** Writes a tag of ID3v2.4; empty if there is nothing to tell. */
export function id3Tag({ title, artist, album, replayGain, cover }: Tags): Buffer {
  const frames = [
    ...textFrame('TIT2', title),
    ...textFrame('TPE1', artist),
    ...textFrame('TALB', album),
    // Players look for the names in lower case.
    ...replayGainTexts(replayGain).map(([name, text]) =>
      frame('TXXX', Buffer.from(`${UTF_8}${name.toLowerCase()}\0${text}`, 'utf8')),
    ),
    ...(cover === null ? [] : [frame('APIC', Buffer.concat([PICTURE_HEAD, cover]))]),
  ];
  if (frames.length === 0) return Buffer.alloc(0);
  const body = Buffer.concat(frames);
  const head = Buffer.from('ID3\x04\0\0', 'latin1');
  return Buffer.concat([head, syncsafe(body.length), body]);
}

const UTF_8 = '\x03';
/** The type of image 3 is the front cover; its description is empty. */
const PICTURE_HEAD = Buffer.from(`${UTF_8}image/jpeg\0\x03\0`, 'latin1');

function textFrame(id: string, text: string | null): Buffer[] {
  return text === null ? [] : [frame(id, Buffer.from(`${UTF_8}${text}`, 'utf8'))];
}

function frame(id: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(id, 'latin1'), syncsafe(body.length), Buffer.alloc(2), body]);
}

/** Sizes have seven bits a byte, so that none looks like the beginning of an MP3 frame. */
function syncsafe(size: number): Buffer {
  return Buffer.from([21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f));
}
