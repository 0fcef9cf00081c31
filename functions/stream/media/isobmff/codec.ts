import { audibleFormat } from '../codecs/aac.ts';
import type { AudioCodec, VideoCodec } from '../model/codecs.ts';
import type { SampleEntry } from './sample-entry.ts';

const VIDEO: Readonly<Record<string, VideoCodec>> = {
  avc1: 'h264',
  avc3: 'h264',
  hvc1: 'hevc',
  hev1: 'hevc',
  dvh1: 'hevc',
  dvhe: 'hevc',
  vp08: 'vp8',
  vp09: 'vp9',
  av01: 'av1',
};

const AUDIO: Readonly<Record<string, AudioCodec>> = {
  '.mp3': 'mp3',
  Opus: 'opus',
  fLaC: 'flac',
  alac: 'alac',
  'ac-3': 'ac3',
  'ec-3': 'eac3',
  dtsc: 'dts',
  dtse: 'dts',
  dtsh: 'dts',
  dtsl: 'dts',
  ...Object.fromEntries(
    ['sowt', 'twos', 'lpcm', 'ipcm', 'fpcm', 'in24', 'in32', 'fl32', 'fl64', 'raw '].map((pcm) => [
      pcm,
      'pcm',
    ]),
  ),
};

/** MPEG-4 object type indications (mp4ra.org). */
const OBJECT_TYPES: Readonly<Record<number, AudioCodec>> = {
  64: 'aac',
  102: 'aac',
  103: 'aac',
  104: 'aac',
  105: 'mp3',
  107: 'mp3',
  165: 'ac3',
  166: 'eac3',
  169: 'dts',
  173: 'opus',
  221: 'vorbis',
};

/** ffmpeg's names of codecs that only some of its builds decode. */
const NAMES: Readonly<Record<string, string>> = {
  vvc1: 'vvc',
  vvi1: 'vvc',
  evc1: 'evc',
  apv1: 'apv',
  lvc1: 'lcevc',
  'ac-4': 'ac4',
  mha1: 'mpegh_3d_audio',
  mha2: 'mpegh_3d_audio',
  mhm1: 'mpegh_3d_audio',
  mhm2: 'mpegh_3d_audio',
};

/** Returns ffmpeg's name of a codec that is `other` here; null if only ffmpeg itself can tell. */
export function codecNameOf({ format }: SampleEntry): string | null {
  return NAMES[format] ?? null;
}

export function videoCodecOf({ format }: SampleEntry): VideoCodec {
  return VIDEO[format] ?? 'other';
}

export function audioCodecOf({ format, audio }: SampleEntry): AudioCodec {
  if (format === 'mp4a') return OBJECT_TYPES[audio?.objectType ?? 0] ?? 'other';
  return AUDIO[format] ?? 'other';
}

/**
 * Builds the string by RFC 6381 and the codecs' own registrations; null if the configuration is missing or
 * cut off.
 */
export function videoCodecString({ format, configurations }: SampleEntry): string | null {
  const box = (type: string, least: number) => {
    const content = configurations.get(type);
    return content !== undefined && content.length >= least ? content : null;
  };
  switch (VIDEO[format]) {
    case 'h264': {
      const avcC = box('avcC', 7);
      return avcC && `${format}.${avcC.toString('hex', 1, 4)}`;
    }
    case 'hevc': {
      const hvcC = box('hvcC', 23);
      return hvcC && hevcString(format, hvcC);
    }
    case 'av1': {
      const av1C = box('av1C', 4);
      if (!av1C) return null;
      const [, second = 0, third = 0] = av1C;
      const depth = third & 0x40 ? (third & 0x20 ? 12 : 10) : 8;
      return `av01.${second >> 5}.${two(second & 31)}${third & 0x80 ? 'H' : 'M'}.${two(depth)}`;
    }
    case 'vp8':
    case 'vp9': {
      const vpcC = box('vpcC', 7);
      if (!vpcC) return null;
      const [profile = 0, level = 0, depth = 0] = vpcC.subarray(4);
      return `${format}.${two(profile)}.${two(level)}.${two(depth >> 4)}`;
    }
    default:
      return null;
  }
}

const two = (value: number) => String(value).padStart(2, '0');

/** Builds the string of ISO/IEC 14496-15 annex E.3. */
function hevcString(format: string, hvcC: Buffer): string {
  const profile = hvcC[1] ?? 0;
  const space = ['', 'A', 'B', 'C'][profile >> 6];
  let compatibility = 0;
  for (let bit = 0, flags = hvcC.readUInt32BE(2); bit < 32; bit++) {
    compatibility = compatibility * 2 + (flags & 1);
    flags >>>= 1;
  }
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const tail = constraints.map((byte) => `.${byte.toString(16).toUpperCase()}`).join('');
  const tier = profile & 0x20 ? 'H' : 'L';
  return `${format}.${space}${profile & 31}.${compatibility.toString(16).toUpperCase()}.${tier}${hvcC[12]}${tail}`;
}

export function audioCodecString(entry: SampleEntry): string | null {
  const { format, audio } = entry;
  switch (audioCodecOf(entry)) {
    case 'aac': {
      const config = audio?.audioSpecificConfig ? audibleFormat(audio.audioSpecificConfig) : null;
      return config && `mp4a.40.${config.objectType}`;
    }
    case 'mp3':
      return audio?.objectType == null ? 'mp3' : `mp4a.${audio.objectType.toString(16).toUpperCase()}`;
    case 'opus':
      return 'opus';
    case 'flac':
      return 'flac';
    case 'alac':
    case 'ac3':
    case 'eac3':
      return format;
    default:
      return null;
  }
}
