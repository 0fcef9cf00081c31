import { PLAIN_AAC } from '../codecs/aac.ts';
import type { Decoding } from '../model/decoding.ts';
import type { AudioTrack, Media, Track, VideoTrack } from '../model/media.ts';

export type DecodabilityOptions = {
  readonly decoding: Decoding;
  /** Names a track's codec for people, in quotes if it is the file's own word. */
  readonly nameOf: (track: VideoTrack | AudioTrack) => string;
  /** Tells whether the ffmpeg at hand decodes a track: asked only if its name leaves that open. */
  readonly tries: (track: VideoTrack | AudioTrack) => Promise<boolean>;
};

/** Returns the media with the reason at each track that cannot be decoded here. */
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
  // An ffmpeg that cannot be asked cannot decode either, which requests for decoded outputs report.
  if (codecs === null) return null;
  const isListed = name === null || codecs.has(name);
  if (isListed && (!doubtful || (await tries(track)))) return null;
  return `The ${kind} codec ${nameOf(track)} cannot be decoded here.`;
}

/** Returns ffmpeg's name, which is the same. Whatever decodes one kind of PCM decodes all. */
function ffmpegName({ codec, codecName }: VideoTrack | AudioTrack): string | null {
  if (codec === 'other') return codecName;
  return codec === 'pcm' ? 'pcm_s16le' : codec;
}

/**
 * No ffmpeg without these is of use for this service: it is not asked, which saves a process at a cold start.
 */
const USUAL: ReadonlySet<string> = new Set(['h264', 'aac', 'mp3', 'pcm_s16le']);

/** Further kinds that every AAC decoder knows: Main and LTP. */
const OLD_AAC = /^mp4a\.40\.(1|4)$/;

/**
 * Tells whether a decoder's name is not enough: rare kinds of AAC and FLAC, and sample entries that a demuxer
 * may not know.
 */
function isDoubtful(track: VideoTrack | AudioTrack, container: Media['container']): boolean {
  if (track.codec === 'other') return ISO.includes(container);
  if (track.kind === 'video') return false;
  const { codec, codecString, bitsPerSample } = track;
  if (codec === 'aac') return !PLAIN_AAC.test(codecString ?? '') && !OLD_AAC.test(codecString ?? '');
  return codec === 'flac' && (bitsPerSample ?? 0) > 24;
}

const ISO: readonly Media['container'][] = ['mp4', 'mov'];
