import { PLAIN_AAC } from '../media/codecs/aac.ts';
import type { VideoCodec } from '../media/model/codecs.ts';
import type { Container } from '../media/model/containers.ts';
import type { AudioTrack } from '../media/model/media.ts';

/** The players that count. `test/e2e/plays.test.ts` tries the first two; Safari is assumed. */
export type Player = 'chromium' | 'firefox' | 'safari';
export const PLAYERS: readonly Player[] = ['chromium', 'firefox', 'safari'];

/** Audio codecs, as finely as players tell them apart. */
export type AudioKind =
  | Exclude<AudioTrack['codec'], 'aac' | 'flac'>
  | 'aac'
  | 'rare aac'
  | 'flac'
  | '32-bit flac';

export function audioKind({ codec, codecString, bitsPerSample }: AudioTrack): AudioKind {
  if (codec === 'aac') return PLAIN_AAC.test(codecString ?? '') ? 'aac' : 'rare aac';
  if (codec === 'flac') return (bitsPerSample ?? 0) > 24 ? '32-bit flac' : 'flac';
  return codec;
}

const ALL = PLAYERS;
const CHROMIUM: readonly Player[] = ['chromium'];
const FREE: readonly Player[] = ['chromium', 'firefox'];
const SAFARI: readonly Player[] = ['safari'];
/** Chromium needs hardware for it. */
const NOT_CHROMIUM: readonly Player[] = ['firefox', 'safari'];
/** According to Apple's documentation, and tried in Chromium. */
const NOT_FIREFOX: readonly Player[] = ['chromium', 'safari'];

type Pairs<Coding extends string> = Readonly<Partial<Record<Coding, readonly Player[]>>>;

/** Who plays which audio in which container: played, not asked (`canPlayType`). A pair that is missing plays nowhere. */
export const AUDIO_PAIRS = {
  mp4: {
    aac: ALL,
    mp3: ALL,
    opus: ALL,
    flac: ALL,
    // Firefox plays the video silently, or refuses the file.
    pcm: CHROMIUM,
    vorbis: CHROMIUM,
    alac: SAFARI,
    ac3: SAFARI,
    eac3: SAFARI,
  },
  mov: { aac: ALL, mp3: ALL, pcm: NOT_FIREFOX, alac: SAFARI, ac3: SAFARI, eac3: SAFARI },
  webm: { opus: ALL, vorbis: ALL },
  // Firefox plays in Matroska what it plays in WebM, and AAC.
  matroska: { aac: FREE, opus: FREE, vorbis: FREE, mp3: CHROMIUM, flac: CHROMIUM, pcm: CHROMIUM },
  ogg: { opus: ALL, vorbis: ALL, flac: ALL },
  mp3: { mp3: ALL },
  adts: { aac: ALL },
  flac: { flac: ALL },
  wav: { pcm: ALL, mp3: FREE, flac: CHROMIUM },
  mpegts: { aac: SAFARI, mp3: SAFARI, ac3: SAFARI, eac3: SAFARI },
  w64: {},
  avi: {},
  flv: {},
  amr: {},
  other: {},
} satisfies Record<Container, Pairs<AudioKind>>;

/** Who plays which video in which container. */
export const VIDEO_PAIRS = {
  mp4: { h264: ALL, hevc: NOT_CHROMIUM, vp9: ALL, av1: FREE },
  mov: { h264: ALL, hevc: NOT_CHROMIUM },
  webm: { vp8: ALL, vp9: ALL, av1: FREE },
  matroska: { h264: FREE, hevc: ['firefox'], vp8: FREE, vp9: FREE, av1: FREE },
  ogg: {},
  mp3: {},
  adts: {},
  flac: {},
  wav: {},
  mpegts: { h264: SAFARI, hevc: SAFARI },
  w64: {},
  avi: {},
  flv: {},
  amr: {},
  other: {},
} satisfies Record<Container, Pairs<VideoCodec>>;

export function whoHears(container: Container, kind: AudioKind): readonly Player[] {
  const pairs: Pairs<AudioKind> = AUDIO_PAIRS[container];
  return pairs[kind] ?? [];
}

export function whoSees(container: Container, codec: VideoCodec): readonly Player[] {
  const pairs: Pairs<VideoCodec> = VIDEO_PAIRS[container];
  return pairs[codec] ?? [];
}

/** Returns who plays anything at all in a container. */
export function whoOpens(container: Container): readonly Player[] {
  const pairs = [...Object.values(AUDIO_PAIRS[container]), ...Object.values(VIDEO_PAIRS[container])];
  return PLAYERS.filter((player) => pairs.some((players: readonly Player[]) => players.includes(player)));
}
