import { PLAIN_AAC } from '../media/codecs/aac.ts';
import { AUDIO_PROFILES, type AudioCodec, VIDEO_PROFILES, type VideoCodec } from '../media/model/codecs.ts';
import { CONTAINER_PROFILES, type Container, type ContainerProfile } from '../media/model/containers.ts';
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

/** What a client plays. */
export type Client = {
  readonly containers: ReadonlySet<Container>;
  readonly video: ReadonlySet<VideoCodec>;
  readonly audio: ReadonlySet<AudioCodec>;
  /** Of these, what it has named itself, and is believed. */
  readonly named: ReadonlySet<Container | VideoCodec | AudioCodec>;
};

/**
 * What current Chromium, Firefox and Safari all play from a plain address without asking the platform for a licensed
 * or hardware decoder: no HEVC, no AV1, no Matroska, no QuickTime.
 */
const EVERYWHERE: Omit<Client, 'named'> = {
  containers: playedEverywhere(CONTAINER_PROFILES),
  video: playedEverywhere(VIDEO_PROFILES),
  audio: playedEverywhere(AUDIO_PROFILES),
};

function playedEverywhere<Name>(
  profiles: readonly (readonly [Name, { readonly isPlayedEverywhere: boolean }])[],
): ReadonlySet<Name> {
  return new Set(profiles.flatMap(([name, { isPlayedEverywhere }]) => (isPlayedEverywhere ? [name] : [])));
}

/**
 * What the client plays: `accept=` if given, else its Accept header, else the defaults. A list of names replaces the
 * default of each kind (containers, video codecs, audio codecs) that it mentions, and leaves the others.
 */
export function clientOf(accept: readonly string[] | null, acceptHeader: string | null): Client {
  const named = fromNames(accept ?? fromHeader(acceptHeader));
  return {
    containers: named.containers.size > 0 ? named.containers : EVERYWHERE.containers,
    video: named.video.size > 0 ? named.video : EVERYWHERE.video,
    audio: named.audio.size > 0 ? named.audio : EVERYWHERE.audio,
    named: new Set([...named.containers, ...named.video, ...named.audio]),
  };
}

/** Whether a client plays an audio track in a container: judged as a pair, not each alone. */
export function hears(client: Client, container: Container, track: AudioTrack): boolean {
  if (!client.audio.has(track.codec)) return false;
  const isCommon = EVERYWHERE.audio.has(track.codec);
  return isPlayed(client, { container, codec: track.codec, isCommon }, whoHears(container, audioKind(track)));
}

/** Whether a client plays a video codec in a container. */
export function sees(client: Client, container: Container, codec: VideoCodec): boolean {
  if (!client.video.has(codec)) return false;
  const isCommon = EVERYWHERE.video.has(codec);
  return isPlayed(client, { container, codec, isCommon }, whoSees(container, codec));
}

type Pair = {
  readonly container: Container;
  readonly codec: VideoCodec | AudioCodec;
  /** Every player has it in one container or another. */
  readonly isCommon: boolean;
};

/**
 * A client that names both is believed where any player is known that plays them so. A container alone stands for what
 * all of its players take (not PCM in MP4, which Firefox is silent on); a codec alone for itself where it is a rare one.
 */
function isPlayed(
  { named }: Client,
  { container, codec, isCommon }: Pair,
  players: readonly Player[],
): boolean {
  if (named.has(codec) && (named.has(container) || !isCommon)) return players.length > 0;
  const needed = named.has(container) ? whoOpens(container) : PLAYERS;
  return players.length > 0 && needed.every((player) => players.includes(player));
}

function fromNames(names: readonly string[]): Omit<Client, 'named'> {
  const video = namedOf(VIDEO_PROFILES, names);
  const audio = namedOf(AUDIO_PROFILES, names);
  const containers = namedOf(
    CONTAINER_PROFILES,
    names.filter((name) => !CODEC_NAMES.has(name)),
  );
  // `mp3` and `flac` name a codec and the bare container of that codec alike. Among containers they mean both; a list of
  // codecs alone leaves the containers open.
  return { video, audio, containers: containers.size > 0 ? namedOf(CONTAINER_PROFILES, names) : containers };
}

/** What these names stand for, by the names and media types of each profile; in the order of the names. */
function namedOf<Name>(
  profiles: readonly (readonly [Name, Named])[],
  names: readonly string[],
): ReadonlySet<Name> {
  return new Set(
    names.flatMap((wanted) =>
      profiles.flatMap(([name, { acceptNames, files = null }]) =>
        [...acceptNames, files?.video.type, files?.audio.type].includes(wanted) ? [name] : [],
      ),
    ),
  );
}

type Named = Pick<ContainerProfile, 'acceptNames'> & { readonly files?: ContainerProfile['files'] };

const CODEC_NAMES: ReadonlySet<string> = new Set(
  [...VIDEO_PROFILES, ...AUDIO_PROFILES].flatMap(([, { acceptNames }]) => acceptNames),
);

/** The media types of an Accept header, unless a wildcard in it leaves the choice open (RFC 9110 §12.5.1). */
function fromHeader(header: string | null): readonly string[] {
  if (header === null) return [];
  const ranges = header
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((value) => value.trim()))
    .filter((values) => !values.slice(1).some((parameter) => /^q=0(\.0*)?$/.test(parameter)))
    .map(([type]) => type ?? '');
  return ranges.some((range) => /^(\*|video|audio)\/\*$/.test(range)) ? [] : ranges;
}
