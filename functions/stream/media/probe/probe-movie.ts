import { damaged, Problem } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { name } from '../boxes/boxes.ts';
import { shortened } from '../codecs/bitstream.ts';
import { whyUndecodable } from '../codecs/decodable.ts';
import { isLayer3 } from '../codecs/mpeg-audio.ts';
import { ownFormat } from '../codecs/own-format.ts';
import { lengthSizeOf } from '../codecs/random-access.ts';
import { describeMovie, tableOf, withoutLongIndex } from '../isobmff/describe-movie.ts';
import { type Movie, readMovie } from '../isobmff/movie.ts';
import { flowOfLongMovie } from '../isobmff/movie-cut.ts';
import type { SampleEntry } from '../isobmff/sample-entry.ts';
import { movieRemuxObstacle } from '../isobmff/sample-packets.ts';
import type { AudioTrack, Media, Track, VideoTrack } from '../model/media.ts';
import type { Probed, ProbeInput } from './probe.ts';
import { probeForeign } from './probe-foreign.ts';

/** Why a file is not sent as it is. */
export const CUT_OFF = 'the file is cut off';

/** Probes ISO base media by our own reader; ffprobe adds the colours of deep video that the headers omit. */
export async function probeMovie(input: ProbeInput, signal: AbortSignal): Promise<Probed | null> {
  const { index = input.file } = input;
  const movie = await readMovie(index);
  if (movie === null) return null;
  const described = await withOwnFormats(describeMovie(movie), movie, index);
  const film = described.tracks.find((track) => track.kind === 'video' && !track.isCoverArt);
  if (film?.kind === 'video') await refuseUndecodableSample(movie, film, index);
  const ffprobed = (tracks: readonly Track[]) => {
    const start = Math.min(...tracks.map(({ startSeconds }) => startSeconds));
    const indexes = tracks.map((track) => track.index);
    return probeForeign(input, 'iso', signal, flowOfLongMovie(movie, input.file, indexes, start));
  };
  const isUnclear = film?.kind === 'video' && film.dynamicRange === null && (film.bitDepth ?? 8) > 8;
  const coloured = isUnclear ? withColours(described, await ffprobed([film])) : described;
  const media = await withoutUnknown(coloured, movie, ffprobed);
  const isCutOff = movie.fragments !== null && movie.topLevel.at(-1)?.isCutOff === true;
  return {
    media,
    movie: withoutLongIndex(movie),
    originalObstacle: isCutOff ? CUT_OFF : null,
    clock: null,
    // Each fragment declares its content, and a movie's index is checked against the file.
    endsEarly: false,
    remuxObstacle: (trackIndex) => movieRemuxObstacle(movie, trackIndex),
  };
}

/**
 * Handles codecs with unknown names, which no program may know. Such an audio track is left out beside
 * others; a film without its video is refused.
 */
async function withoutUnknown(
  described: Media,
  movie: Movie,
  ffprobed: (tracks: readonly Track[]) => Promise<Media>,
): Promise<Media> {
  const foreign = described.tracks.filter(isForeign);
  if (foreign.length === 0) return described;
  const found = await ffprobed(foreign).catch(nothingSeen);
  const seen = new Map(found.tracks.map((track) => [track.stream, track]));
  return {
    ...described,
    tracks: described.tracks.map((track) => {
      if (!isForeign(track)) return track;
      const same = seen.get(track.stream);
      if (same?.kind === 'video' || same?.kind === 'audio') return { ...track, codecName: same.codecName };
      if (track.kind === 'video') return { ...track, undecodable: UNKNOWN_CODING };
      return unread(track, movie.tracks[track.index]?.entry?.format ?? '');
    }),
  };
}

/** Returns no tracks if ffprobe refuses a movie none of whose codecs it can name. */
function nothingSeen(error: unknown): Pick<Media, 'tracks'> {
  if (error instanceof Problem && error.type === 'damaged-media') return { tracks: [] };
  throw error;
}

const UNKNOWN_CODING = 'The codec of this media is unknown.';

/** Tells whether no table here has the codec's name. */
const isForeign = (track: Track): track is VideoTrack | AudioTrack =>
  (track.kind === 'video' || track.kind === 'audio') && track.codec === 'other' && track.codecName === null;

function unread(track: Track, format: string): Track {
  const { index, stream, language, startSeconds, durationSeconds, isDefault, bitrate } = track;
  const about = { index, stream, language, startSeconds, durationSeconds, isDefault, bitrate };
  const undecodable = `The audio codec ${name(format)} is unknown.`;
  return { ...about, kind: 'unknown', codec: 'other', undecodable };
}

/** Enough for the headers before a frame; the rest of a large one is not looked at. */
const FIRST_SAMPLE_BYTES = 16 * 1024;

async function refuseUndecodableSample(movie: Movie, film: VideoTrack, file: RandomAccess): Promise<void> {
  const track = movie.tracks[film.index];
  const table = track ? tableOf(movie, track) : null;
  if (!table || !track?.entry) return;
  if (table.count === 0) throw damaged('The video in this file has no frames.');
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

/** As many as the largest frames have, of DTS. */
const FRAME_BYTES = 16 * 1024;

/** Reads the format from the first frame of an audio track if nothing in the index tells it. */
async function withOwnFormats(media: Media, movie: Movie, file: RandomAccess): Promise<Media> {
  const tracks: Track[] = [];
  for (const track of media.tracks) {
    tracks.push(track.kind === 'audio' ? await withOwnFormat(track, movie, file) : track);
  }
  return { ...media, tracks };
}

async function withOwnFormat(track: AudioTrack, movie: Movie, file: RandomAccess): Promise<AudioTrack> {
  const { codec } = track;
  const entry = movie.tracks[track.index]?.entry ?? null;
  const packet = tellsInFrames(codec, entry) ? await firstPacket(track, movie, file) : null;
  const own = ownFormat(
    codec,
    codec === 'vorbis' ? (entry?.audio?.audioSpecificConfig ?? null) : null,
    packet,
  );
  // An MP4 has one name for all layers of MPEG audio, and players decode the third.
  const isOther = codec === 'mp3' && packet !== null && own !== null && !isLayer3(packet);
  return { ...track, ...own, ...(isOther ? { codec: 'other', codecName: 'mp2', codecString: null } : {}) };
}

/** Tells whether only the frames have a format that counts: their own. */
function tellsInFrames(codec: AudioTrack['codec'], entry: SampleEntry | null): boolean {
  switch (codec) {
    case 'mp3':
    case 'dts':
      return true;
    case 'ac3':
      return !entry?.configurations.has('dac3');
    case 'eac3':
      return !entry?.configurations.has('dec3');
    default:
      return false;
  }
}

async function firstPacket({ index }: AudioTrack, movie: Movie, file: RandomAccess) {
  const track = movie.tracks[index];
  const table = track ? tableOf(movie, track) : null;
  if (table === null || table.count === 0) return null;
  const [offset, size] = [table.offsets.at(0), table.sizes.at(0)];
  return file.read(offset, offset + Math.min(size, FRAME_BYTES));
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
