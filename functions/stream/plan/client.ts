import type { AudioCodec, AudioTrack, Container, VideoCodec } from '../media/model/media.ts';
import { audioKind, PLAYERS, type Player, whoHears, whoOpens, whoSees } from './pairs.ts';

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
  containers: new Set<Container>(['mp4', 'webm', 'ogg', 'mp3', 'adts', 'flac', 'wav']),
  video: new Set<VideoCodec>(['h264', 'vp8', 'vp9']),
  audio: new Set<AudioCodec>(['aac', 'mp3', 'opus', 'vorbis', 'flac', 'pcm']),
};

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

/** Whether a client plays a track's sound in a container: both together, which it takes more than both apart. */
export function hears(client: Client, container: Container, track: AudioTrack): boolean {
  if (!client.audio.has(track.codec)) return false;
  const isCommon = EVERYWHERE.audio.has(track.codec);
  return isPlayed(client, { container, codec: track.codec, isCommon }, whoHears(container, audioKind(track)));
}

/** The same of a picture. */
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

const CONTAINERS: Readonly<Record<string, Container>> = {
  mp4: 'mp4',
  mov: 'mov',
  webm: 'webm',
  mkv: 'matroska',
  ts: 'mpegts',
  ogg: 'ogg',
  'video/mp4': 'mp4',
  'audio/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'audio/webm': 'webm',
  'video/matroska': 'matroska',
  'video/x-matroska': 'matroska',
  'video/mp2t': 'mpegts',
  'video/ogg': 'ogg',
  'audio/ogg': 'ogg',
  'application/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/aac': 'adts',
  'audio/flac': 'flac',
  'audio/wav': 'wav',
  adts: 'adts',
  wav: 'wav',
};

const VIDEO: Readonly<Record<string, VideoCodec>> = {
  h264: 'h264',
  avc: 'h264',
  hevc: 'hevc',
  h265: 'hevc',
  vp8: 'vp8',
  vp9: 'vp9',
  av1: 'av1',
};

const AUDIO: Readonly<Record<string, AudioCodec>> = {
  aac: 'aac',
  mp3: 'mp3',
  opus: 'opus',
  vorbis: 'vorbis',
  flac: 'flac',
  alac: 'alac',
  ac3: 'ac3',
  eac3: 'eac3',
  pcm: 'pcm',
};

function fromNames(names: readonly string[]): Omit<Client, 'named'> {
  const containers = new Set<Container>();
  const video = new Set<VideoCodec>();
  const audio = new Set<AudioCodec>();
  for (const name of names) {
    const container = CONTAINERS[name];
    if (container) containers.add(container);
    const videoCodec = VIDEO[name];
    if (videoCodec) video.add(videoCodec);
    const audioCodec = AUDIO[name];
    if (audioCodec) audio.add(audioCodec);
  }
  // `mp3` and `flac` name a codec and the bare container of that codec alike. Where they stand among containers they
  // are meant so; a list of codecs alone leaves the containers open.
  if (containers.size > 0) {
    for (const name of ['mp3', 'flac'] as const) if (names.includes(name)) containers.add(name);
  }
  return { containers, video, audio };
}

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
