import { INPUT_FORMATS } from '../engine/input-formats.ts';
import type { Slots } from '../engine/slots.ts';
import { damaged, Problem, unsupported } from '../http/problem.ts';
import type { RandomAccess } from '../source/bytes.ts';
import type { CachedAccess } from '../source/cache.ts';
import { openLoopback } from '../source/loopback.ts';
import type { StoredObject } from '../source/source.ts';
import { CUT_OFF, containerProbed, withExtent } from './container-probed.ts';
import { shortened } from './containers/annexb.ts';
import type { ContainerTrack, ContainerVideoTrack } from './containers/container.ts';
import { whyUndecodable } from './containers/decodable.ts';
import { describeWithFfprobe } from './containers/ffprobe.ts';
import { openContainer } from './containers/mediabunny.ts';
import { lengthSizeOf } from './containers/random-access.ts';
import { SNIFF_BYTES, type Sniffed, sniff } from './containers/sniff.ts';
import { describeMovie, tableOf, withoutLongIndex } from './isobmff/describe.ts';
import { type Movie, readMovie } from './isobmff/movie.ts';
import { movieRemuxObstacle } from './isobmff/packets.ts';
import type { Media, Track, VideoTrack } from './media.ts';
import { clocked } from './transport/clocked.ts';
import { readTsClock, type TsClock } from './transport/ts-clock.ts';
import { withTimeLimit } from './within-time.ts';

export type ProbeInput = {
  readonly file: CachedAccess;
  /** What the index of ISO base media is read with, where not `file`. */
  readonly index?: RandomAccess;
  readonly object: Pick<StoredObject, 'key' | 'etag'>;
  readonly ffprobePath: string;
  /** Where ffprobe may run; without, always. */
  readonly slots?: Slots | undefined;
  readonly signal: AbortSignal;
};

export type Probed = {
  readonly media: Media;
  /** The index of ISO base media; null for other containers. */
  readonly movie: Movie | null;
  /** Why the file cannot be sent as it is; null if it can. */
  readonly originalObstacle: string | null;
  /** The file ends before what its headers promise, and nothing tells where. */
  readonly endsEarly: boolean;
  /** How the clock of a transport stream is put right; null where it is. All that reads its media reads it so. */
  readonly clock: TsClock | null;
  /** Why a track, by its index, cannot be repackaged as it is, in words for people; null if it can. */
  readonly remuxObstacle: (trackIndex: number) => string | null;
};

/**
 * What a file is. Rejects with `not-media`, `damaged-media`, `encrypted` or `unsupported-media` where there is nothing
 * to play, and with the source's problems; never later than the time limit.
 */
export async function probe(input: ProbeInput): Promise<Probed> {
  const { file, index = file, object, signal } = input;
  if (file.sizeBytes === 0) throw new Problem('not-media', 'The file is empty.');
  const sniffed = sniff(await index.read(0, Math.min(SNIFF_BYTES, file.sizeBytes)), object.key);
  if (sniffed.kind === 'refused') {
    throw new Problem('not-media', `This file is ${sniffed.what}, not video or audio.`);
  }
  return withTimeLimit(signal, async (limited) => {
    const movie = sniffed.kind === 'iso' ? await probeMovie(input, limited) : null;
    if (movie !== null) return movie;
    const clock = sniffed.kind === 'container' ? await readTsClock(file) : null;
    const given = { ...input, file: clocked(file, clock) };
    return { ...(await probeOther(given, sniffed.kind, limited)), clock };
  });
}

/** Another container than ISO base media. */
async function probeOther(input: ProbeInput, kind: Sniffed['kind'], signal: AbortSignal): Promise<Probed> {
  const isForeign = kind === 'foreign' || kind === 'iso';
  const read = isForeign ? null : await probeContainer(input.file, signal);
  if (read !== null && !(read instanceof Problem)) return withExtent(input.file, read);
  const media = await probeForeign(input, kind, signal).catch((error: unknown) => {
    throw read !== null && error instanceof Problem ? read : error;
  });
  const damage = read === null ? null : 'the file is damaged';
  const probed = containerProbed(media, damage, damage ?? `this ${media.container} file is not repackaged`);
  return withExtent(input.file, probed);
}

/** ISO base media by our own reader; what its headers do not say of a deep picture's colours, ffprobe does. */
async function probeMovie(input: ProbeInput, signal: AbortSignal): Promise<Probed | null> {
  const { index = input.file } = input;
  const movie = await readMovie(index);
  if (movie === null) return null;
  const described = describeMovie(movie);
  const film = described.tracks.find((track) => track.kind === 'video' && !track.isCoverArt);
  if (film?.kind === 'video') await refuseUndecodableSample(movie, film, index);
  const isUnclear = film?.kind === 'video' && film.dynamicRange === null && (film.bitDepth ?? 8) > 8;
  const media = isUnclear
    ? withColours(described, await probeForeign(input, 'iso', signal))
    : await withoutUnknown(described, input, signal);
  const isCutOff = movie.fragments !== null && movie.topLevel.at(-1)?.isCutOff === true;
  return {
    media,
    movie: withoutLongIndex(movie),
    originalObstacle: isCutOff ? CUT_OFF : null,
    clock: null,
    // Each fragment tells what it holds, and a movie's index is checked against the file.
    endsEarly: false,
    remuxObstacle: (trackIndex) => movieRemuxObstacle(movie, trackIndex),
  };
}

/**
 * What has another name than the codecs that are known here may be one that no program knows. A sound of which that is
 * so is left out beside others; without its picture, a film is none.
 */
async function withoutUnknown(described: Media, input: ProbeInput, signal: AbortSignal): Promise<Media> {
  if (!described.tracks.some(isForeign)) return described;
  const seen = await probeForeign(input, 'iso', signal);
  const isUnknown = (track: Track) =>
    isForeign(track) && seen.tracks.find(({ index }) => index === track.index)?.kind === 'unknown';
  const unknown = described.tracks.filter(isUnknown);
  const known = described.tracks.filter((track) => isPlayed(track) && !isUnknown(track));
  if (known.length === 0 || unknown.some(({ kind }) => kind === 'video')) {
    throw unsupported('How this media is coded is not known here.');
  }
  return {
    ...described,
    tracks: described.tracks.map((track) => (isUnknown(track) ? unread(track) : track)),
  };
}

const isPlayed = ({ kind }: Track) => kind === 'video' || kind === 'audio';
const isForeign = (track: Track) => isPlayed(track) && track.codec === 'other';

function unread({ index, language, startSeconds, durationSeconds, isDefault, bitrate }: Track): Track {
  const about = { index, language, startSeconds, durationSeconds, isDefault, bitrate };
  return { ...about, kind: 'unknown', codec: 'other' };
}

/** Enough for all that stands before a picture; the rest of a large one is not looked at. */
const FIRST_SAMPLE_BYTES = 16 * 1024;

async function refuseUndecodableSample(movie: Movie, film: VideoTrack, file: RandomAccess): Promise<void> {
  const track = movie.tracks[film.index];
  const table = track ? tableOf(movie, track) : null;
  if (!table || !track?.entry) return;
  if (table.count === 0) throw damaged('The video in this file has no pictures.');
  const [offset, size] = [table.offsets.at(0), table.sizes.at(0)];
  const { codec } = film;
  const { configurations } = track.entry;
  const configuration = configurations.get('avcC') ?? configurations.get('hvcC') ?? null;
  const hasUnits = codec === 'h264' || codec === 'hevc';
  const data = await file.read(offset, offset + Math.min(size, hasUnits ? FIRST_SAMPLE_BYTES : size));
  const why = whyUndecodable({
    codec,
    configuration,
    data: hasUnits ? shortened(data, lengthSizeOf(codec, configuration), size) : data,
    isKey: table.sync.at(0) === 1,
  });
  if (why !== null) throw damaged(`The video in this file cannot be decoded: ${why}.`);
}

function withColours(media: Media, colours: Media): Media {
  const { dynamicRange = null, colour = null } = colours.tracks.find((track) => track.kind === 'video') ?? {};
  return {
    ...media,
    tracks: media.tracks.map((track) =>
      track.kind === 'video' ? { ...track, dynamicRange, colour } : track,
    ),
  };
}

/** By the demuxer; null where it does not know the kind, and a problem where another program may see more in it. */
async function probeContainer(file: CachedAccess, signal: AbortSignal): Promise<Probed | Problem | null> {
  const container = await openContainer(file, signal).catch(damageOf);
  if (container === null || container instanceof Problem) return container;
  try {
    const media = await container.describe().catch(damageOf);
    if (media instanceof Problem) return media;
    const video = container.tracks.find((track) => track.kind === 'video');
    if (video && !(await hasPicture(video))) return damaged('The video in this file has no pictures.');
    // The demuxer leaves out the cluster that the file's end cuts, which is seconds long.
    const cut = container.isCutOff && container.container !== 'mpegts' ? CUT_OFF : null;
    return containerProbed(media, cut, cut ?? (await silenceObstacle(container.tracks)));
  } finally {
    container.close();
  }
}

function damageOf(error: unknown): Problem {
  if (error instanceof Problem && error.type === 'damaged-media') return error;
  throw error;
}

/** Why a track of sound cannot be repackaged although its header is read: the demuxer finds nothing of it. */
async function silenceObstacle(tracks: readonly ContainerTrack[]): Promise<string | null> {
  for (const track of tracks) {
    if (track.kind !== 'audio') continue;
    const packets = track.packets();
    const { done } = await packets.next();
    await packets.return();
    if (done) return 'the packets of its sound are not found';
  }
  return null;
}

/** Throws where the first picture is one that no decoder makes anything of. */
async function hasPicture(track: ContainerVideoTrack): Promise<boolean> {
  for await (const { data, isKey } of track.packets()) {
    const why = whyUndecodable({ codec: track.codec, configuration: track.configuration, data, isKey });
    if (why !== null) throw damaged(`The video in this file cannot be decoded: ${why}.`);
    return true;
  }
  return false;
}

async function probeForeign(
  { file, object, ffprobePath, slots }: ProbeInput,
  kind: Sniffed['kind'],
  signal: AbortSignal,
) {
  const loopback = await openLoopback({ access: file, etag: object.etag, signal });
  let release = () => {};
  try {
    if (slots !== undefined) release = await slots.take(signal);
    return await describeWithFfprobe(loopback.url, {
      ffprobePath,
      formatWhitelist: INPUT_FORMATS,
      isKnown: kind === 'foreign',
      signal,
    });
  } catch (error) {
    // What looks like a broken file may be a source that broke.
    const failure = loopback.failure();
    if (failure) throw failure;
    if (kind !== 'unknown' && error instanceof Problem && error.type === 'not-media') {
      throw damaged('This file begins as media does, but cannot be read as such.', { cause: error });
    }
    throw error;
  } finally {
    release();
    await loopback.close();
  }
}
