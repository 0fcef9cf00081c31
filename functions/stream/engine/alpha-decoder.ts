import { readMatroskaHead } from '../media/demux/matroska.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { VideoTrack } from '../media/model/media.ts';
import type { EngineContext } from './transcode-object.ts';

const DECODERS: Readonly<Partial<Record<VideoTrack['codec'], string>>> = {
  vp8: 'libvpx',
  vp9: 'libvpx-vp9',
};

/** Returns the decoder of a WebM that is transparent in places, which ffmpeg's own ones show opaque; else null. */
export async function alphaDecoder(
  { codec, index }: VideoTrack,
  { access, probed: { media } }: Pick<EngineContext, 'access' | 'probed'>,
): Promise<string | null> {
  const decoder = DECODERS[codec];
  if (decoder === undefined || CONTAINERS[media.container].index !== 'cues') return null;
  const head = await readMatroskaHead(access);
  return head?.tracks.find((track) => track.index === index)?.hasAlpha ? decoder : null;
}
