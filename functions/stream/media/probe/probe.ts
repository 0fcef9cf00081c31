import { withTimeLimit } from '../../base/abort.ts';
import { damaged, Problem } from '../../base/problem.ts';
import type { Slots } from '../../sandbox/slots.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import type { CachedAccess } from '../../source/cache.ts';
import { openLoopback } from '../../source/loopback.ts';
import type { StoredObject } from '../../source/source.ts';
import { name } from '../boxes/boxes.ts';
import { aacName } from '../codecs/aac.ts';
import { whyUndecodable } from '../codecs/decodable.ts';
import { remuxObstacle } from '../cuts/remux.ts';
import type { Reading } from '../demux/demuxers.ts';
import { openContainer } from '../demux/mediabunny.ts';
import { SNIFF_BYTES, type Sniffed, sniff } from '../demux/sniff.ts';
import { forFfmpeg } from '../isobmff/for-ffmpeg.ts';
import type { Movie } from '../isobmff/movie.ts';
import { flowOfLongMovie } from '../isobmff/movie-cut.ts';
import type { ContainerTrack, ContainerVideoTrack } from '../model/container.ts';
import { CONTAINERS } from '../model/containers.ts';
import type { Decoding } from '../model/decoding.ts';
import type { AudioTrack, Media, VideoTrack } from '../model/media.ts';
import { withChanges } from '../transport/changes.ts';
import { clocked } from '../transport/clocked.ts';
import type { StreamClock } from '../transport/stream-clock.ts';
import { surveyStream } from '../transport/survey.ts';
import { correctMedia } from './correct-media.ts';
import { withDecodability } from './decodability.ts';
import { probeForeign } from './probe-foreign.ts';
import { CUT_OFF, probeMovie } from './probe-movie.ts';

export type ProbeInput = {
  readonly file: CachedAccess;
  /** Reads the index of ISO base media, if not `file`. */
  readonly index?: RandomAccess;
  readonly object: Pick<StoredObject, 'key' | 'etag'>;
  readonly ffprobePath: string;
  /** Slots for ffprobe; without them it may always run. */
  readonly slots?: Slots | undefined;
  /** Without it, every named codec counts as decodable. */
  readonly decoding?: Decoding | undefined;
  readonly signal: AbortSignal;
  /** The request that reads the file on, for which its container stays open. */
  readonly heir?: Reading | undefined;
};

export type Probed = {
  readonly media: Media;
  /** The index of ISO base media; null for other containers. */
  readonly movie: Movie | null;
  /** The reason why the file cannot be sent unchanged; null if it can. */
  readonly originalObstacle: string | null;
  /** True if the file ends before its headers say so, and nothing tells where. */
  readonly endsEarly: boolean;
  /**
   * The correction of a transport or program stream's clock; null if it is right. Every reader of its media applies it.
   */
  readonly clock: StreamClock | null;
  /**
   * Returns why a track, by its index, cannot be repackaged unchanged, in words for people; null if it can.
   */
  readonly remuxObstacle: (trackIndex: number) => string | null;
};

/**
 * Probes a file. Rejects with `not-media`, `damaged-media`, `encrypted` or `unsupported-media` if there is
 * nothing to play, and with the source's problems; never later than the time limit.
 */
export async function probe(input: ProbeInput): Promise<Probed> {
  const { file, index = file, object, signal } = input;
  if (file.sizeBytes === 0) throw new Problem('not-media', 'The file is empty.');
  const sniffed = sniff(await index.read(0, Math.min(SNIFF_BYTES, file.sizeBytes)), object.key);
  if (sniffed.kind === 'refused') {
    throw new Problem('not-media', `This file is ${sniffed.what}, not video or audio.`);
  }
  return withTimeLimit(signal, async (limited) => {
    const probed = await probeKind(input, sniffed, limited);
    return { ...probed, media: await decidedMedia(probed, input, limited) };
  });
}

async function probeKind(input: ProbeInput, sniffed: Sniffed, signal: AbortSignal): Promise<Probed> {
  const { file } = input;
  const { kind } = sniffed;
  const movie = kind === 'iso' ? await probeMovie(input, signal) : null;
  if (movie !== null) return movie;
  const isOther = kind === 'iso' || (kind === 'container' && !sniffed.mayBeStream);
  const survey = isOther ? null : await surveyStream(file);
  if (survey === null) return probeOther(input, kind, signal);
  const { clock } = survey;
  const heir = clock === null ? input.heir : undefined;
  const probed = await probeOther({ ...input, file: clocked(file, clock), heir }, kind, signal);
  return { ...probed, media: withChanges(probed.media, survey.changes), clock };
}

/** Probes a container other than ISO base media. */
async function probeOther(input: ProbeInput, kind: Sniffed['kind'], signal: AbortSignal): Promise<Probed> {
  const isForeign = kind === 'foreign' || kind === 'iso';
  const read = isForeign ? null : await probeContainer(input, signal);
  if (read !== null && !(read instanceof Problem)) return withRest(input.file, read);
  const media = await probeForeign(input, kind, signal).catch((error: unknown) => {
    throw read !== null && error instanceof Problem ? read : error;
  });
  const damage = read === null ? null : 'the file is damaged';
  const probed = containerProbed(media, damage, damage ?? `this ${media.container} file is not repackaged`);
  return withRest(input.file, probed);
}

/** Heeds the rest of a file whose first headers may not tell of it. */
async function withRest(file: RandomAccess, probed: Probed): Promise<Probed> {
  if (!CONTAINERS[probed.media.container].outlastsHeaders) return probed;
  const { media, originalObstacle, obstacle } = await correctMedia(file, probed.media);
  return originalObstacle === null
    ? { ...probed, media }
    : containerProbed(media, originalObstacle, obstacle);
}

/** Builds the result for a container other than ISO base media. */
function containerProbed(media: Media, originalObstacle: string | null, obstacle: string | null): Probed {
  return {
    media,
    movie: null,
    clock: null,
    originalObstacle,
    endsEarly: originalObstacle === CUT_OFF,
    remuxObstacle(trackIndex) {
      if (obstacle !== null) return obstacle;
      const track = media.tracks.find(({ index }) => index === trackIndex);
      if (!track) return 'there is no such track';
      // Without a length in its header, such a file may change its sample rate on the way.
      if (media.container === 'flac' && media.durationSeconds === null) return 'its length is unknown';
      return remuxObstacle(media.container, track);
    },
  };
}

/**
 * Probes by the demuxer; returns null if it does not know the kind, and a problem if another program may see
 * more in it.
 */
async function probeContainer(
  { file, heir }: ProbeInput,
  signal: AbortSignal,
): Promise<Probed | Problem | null> {
  const container = await openContainer(file, signal).catch(damageOf);
  if (container === null || container instanceof Problem) return container;
  let isLeft = false;
  try {
    const media = await container.describe().catch(damageOf);
    if (media instanceof Problem) return media;
    const video = container.tracks.find((track) => track.kind === 'video');
    // Large frames have used up what was allowed for the description.
    container.limitReads(FIRST_BYTES);
    if (video && !(await hasFrames(video))) return damaged('The video in this file has no frames.');
    // The demuxer omits the cluster that the file's end cuts, which is seconds long.
    const cut = container.isCutOff && container.container !== 'mpegts' ? CUT_OFF : null;
    const obstacle = cut ?? (await silenceObstacle(container.tracks));
    if (heir !== undefined) container.leaveTo(heir.file, heir.signal);
    isLeft = heir !== undefined;
    return containerProbed(media, cut, obstacle);
  } finally {
    if (!isLeft) container.close();
  }
}

/** Bytes for the first packet of each track. */
const FIRST_BYTES = 32 * 2 ** 20;

function damageOf(error: unknown): Problem {
  if (error instanceof Problem && error.type === 'damaged-media') return error;
  throw error;
}

/**
 * Returns why an audio track cannot be repackaged although its header is read: the demuxer finds none of it.
 */
async function silenceObstacle(tracks: readonly ContainerTrack[]): Promise<string | null> {
  for (const track of tracks) {
    if (track.kind !== 'audio') continue;
    const packets = track.packets();
    const { done } = await packets.next();
    await packets.return();
    if (done) return 'the packets of its audio are not found';
  }
  return null;
}

/** Throws if no decoder can show the first frame. */
async function hasFrames(track: ContainerVideoTrack): Promise<boolean> {
  for await (const { data, isKey } of track.packets()) {
    const why = whyUndecodable({ codec: track.codec, configuration: track.configuration, data, isKey });
    if (why !== null) throw damaged(`The video in this file cannot be decoded: ${why}.`);
    return true;
  }
  return false;
}

/** Marks each track with whether it can be decoded here. */
export async function decidedMedia(
  { media, movie, clock }: Probed,
  { file, object, decoding, slots }: ProbeInput,
  signal: AbortSignal,
): Promise<Media> {
  if (decoding === undefined) return media;
  return withDecodability(media, {
    decoding,
    nameOf: (track) => codingName(track, movie),
    async tries(track) {
      const flow = movie && flowOfLongMovie(movie, file, [track.index], track.startSeconds);
      const whole = movie === null ? clocked(file, clock) : await forFfmpeg(file, movie);
      const loopback = await openLoopback({ access: flow ?? whole, etag: object.etag, signal });
      let release = () => {};
      try {
        if (slots !== undefined) release = await slots.take(signal);
        // The flow begins with the track.
        const tried = flow === null ? track : { ...track, startSeconds: 0 };
        const hasDecoded = await decoding.tries(loopback.url, tried, signal);
        const failure = loopback.failure();
        if (!hasDecoded && failure) throw failure;
        return hasDecoded;
      } finally {
        release();
        await loopback.close();
      }
    },
  });
}

/** Returns the movie's own name of the codec, if it has none of the names known here. */
function codingName({ index, codec, codecName, codecString }: VideoTrack | AudioTrack, movie: Movie | null) {
  const format = codec === 'other' ? movie?.tracks[index]?.entry?.format : undefined;
  if (format !== undefined) return name(format);
  return codec === 'aac' ? aacName(codecString) : (codecName ?? codec);
}
