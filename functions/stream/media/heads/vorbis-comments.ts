import { uint32 } from '../boxes/write-box.ts';
import { R128_NAMES, R128_OFFSET, replayGainTexts, type Tags } from '../model/tags.ts';

const VENDOR = 'Sluice';

/** Writes names and ReplayGain as comments (RFC 9639 §8.6), of FLAC. */
export function flacComments(tags: Tags): Buffer {
  return comments([...names(tags), ...replayGainTexts(tags.replayGain)]);
}

/** Writes the comments of Opus, which has gains of its own (RFC 7845 §5.2.1) and the cover in a comment. */
export function opusComments(tags: Tags): Buffer {
  const { trackGain, albumGain } = tags.replayGain;
  return comments([
    ...names(tags),
    ...r128(R128_NAMES.trackGain, trackGain),
    ...r128(R128_NAMES.albumGain, albumGain),
    ...(tags.cover === null
      ? []
      : [['METADATA_BLOCK_PICTURE', pictureBlock(tags.cover).toString('base64')] as const]),
  ]);
}

/** Writes the block of a front cover (RFC 9639 §8.8); its size and colours are left to the image. */
export function pictureBlock(jpeg: Uint8Array): Buffer {
  const type = Buffer.from('image/jpeg', 'latin1');
  return Buffer.concat([uint32(3, type.length), type, Buffer.alloc(5 * 4), uint32(jpeg.length), jpeg]);
}

type Comment = readonly [name: string, text: string];

function names({ title, artist, album }: Tags): Comment[] {
  const all = [
    ['TITLE', title],
    ['ARTIST', artist],
    ['ALBUM', album],
  ] as const;
  return all.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const]));
}

function r128(name: string, gain: number | null): Comment[] {
  return gain === null ? [] : [[name, String(Math.round((gain - R128_OFFSET) * 256))]];
}

function comments(list: readonly Comment[]): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'utf8');
    return [uint32Le(bytes.length), bytes];
  };
  return Buffer.concat([
    ...text(VENDOR),
    uint32Le(list.length),
    ...list.flatMap(([name, value]) => text(`${name}=${value}`)),
  ]);
}

function uint32Le(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
