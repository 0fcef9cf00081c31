import { openLoopback } from '../../source/loopback.ts';
import { name } from '../boxes/boxes.ts';
import { aacName } from '../codecs/aac.ts';
import { forFfmpeg } from '../isobmff/for-ffmpeg.ts';
import type { Movie } from '../isobmff/movie.ts';
import { flowOfLongMovie } from '../isobmff/movie-cut.ts';
import type { AudioTrack, Media, VideoTrack } from '../model/media.ts';
import { clocked } from '../transport/clocked.ts';
import { withDecodability } from './decodability.ts';
import type { Probed, ProbeInput } from './probe.ts';

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
