import { PLAIN_AAC } from '../codecs/aac.ts';
import type { Decoding } from '../model/decoding.ts';
import type { AudioTrack, Media, Track, VideoTrack } from '../model/media.ts';

export type DecodabilityOptions = {
  readonly decoding: Decoding;
  /** What a person calls the coding of a track, in quotes where it is the file's own word. */
  readonly nameOf: (track: VideoTrack | AudioTrack) => string;
  /** Whether the ffmpeg at hand makes anything of a track: asked of those alone whose name leaves that open. */
  readonly tries: (track: VideoTrack | AudioTrack) => Promise<boolean>;
};

/** The media, with a word at each track that cannot be decoded here. */
export async function withDecodability(media: Media, options: DecodabilityOptions): Promise<Media> {
  const tracks: Track[] = [];
  for (const track of media.tracks) {
    const isPlayed = track.kind === 'video' || track.kind === 'audio';
    const undecodable = isPlayed ? await whyNot(track, media, options) : track.undecodable;
    tracks.push({ ...track, undecodable });
  }
  return { ...media, tracks };
}

async function whyNot(
  track: VideoTrack | AudioTrack,
  { container }: Media,
  { decoding, nameOf, tries }: DecodabilityOptions,
): Promise<string | null> {
  const { kind, undecodable } = track;
  if (undecodable !== null) return undecodable;
  const doubtful = isDoubtful(track, container);
  const name = ffmpegName(track);
  if (!doubtful && (name === null || USUAL.has(name))) return null;
  const codecs = await decoding.codecs();
  // Who cannot be asked cannot decode either, which whoever asks for it is told then.
  if (codecs === null) return null;
  const isListed = name === null || codecs.has(name);
  if (isListed && (!doubtful || (await tries(track)))) return null;
  return `The ${kind} codec ${nameOf(track)} cannot be decoded here.`;
}

/** ffmpeg has the same names. Of PCM, all kinds are decoded by whatever decodes one. */
function ffmpegName({ codec, codecName }: VideoTrack | AudioTrack): string | null {
  if (codec === 'other') return codecName;
  return codec === 'pcm' ? 'pcm_s16le' : codec;
}

/** An ffmpeg without these is of no use for this service: it is not asked, which spares a cold start a process. */
const USUAL: ReadonlySet<string> = new Set(['h264', 'aac', 'mp3', 'pcm_s16le']);

/** Which kinds every decoder of AAC knows besides: Main and LTP. */
const OLD_AAC = /^mp4a\.40\.(1|4)$/;

/** Where a decoder's name does not tell: rare kinds of AAC and FLAC, and sample entries that a demuxer may not know. */
function isDoubtful(track: VideoTrack | AudioTrack, container: Media['container']): boolean {
  if (track.codec === 'other') return ISO.includes(container);
  if (track.kind === 'video') return false;
  const { codec, codecString, bitsPerSample } = track;
  if (codec === 'aac') return !PLAIN_AAC.test(codecString ?? '') && !OLD_AAC.test(codecString ?? '');
  return codec === 'flac' && (bitsPerSample ?? 0) > 24;
}

const ISO: readonly Media['container'][] = ['mp4', 'mov'];
