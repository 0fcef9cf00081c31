import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';

/**
 * Returns whether audio samples have to be counted from the beginning: in files without times, in which a demuxer can only
 * guess a block's time by a rounded byte rate; and in joined recordings, of which only a film's clock can be corrected.
 */
export function isCounted({ container, tracks, isJoined }: Media): boolean {
  if (isJoined) return true;
  const audios = tracks.filter((track): track is AudioTrack => track.kind === 'audio');
  if (container === 'avi') return audios.some(({ codecName }) => isMistimed(codecName ?? '', tracks.length));
  return CONTAINERS[container].hasByteRateTimes && audios.some(({ codec }) => codec !== 'pcm');
}

/**
 * AVI times ADPCM in blocks, by which a demuxer finds a place to within half of one: beside a film that does, if it does
 * not take the blocks for samples.
 */
function isMistimed(codecName: string, tracks: number): boolean {
  return tracks === 1 ? codecName.startsWith('adpcm_') : TIMED_IN_BLOCKS.has(codecName);
}

const TIMED_IN_BLOCKS: ReadonlySet<string> = new Set(['adpcm_g726', 'adpcm_swf']);
