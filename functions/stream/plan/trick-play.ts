import { IFRAME_SECONDS, TOLERANCE_SECONDS } from './grid.ts';
import type { VideoRendition } from './presentation.ts';

/**
 * Chooses what players scan a film with: the smallest H.264 that has a frame at least every two seconds. Copied frames
 * take no encoder, and are preferred among those of one size. Undefined without H.264, and where a clip of copies alone
 * begins between their frames.
 */
export function trickPlayRendition(video: readonly VideoRendition[]): VideoRendition | undefined {
  const playable = video.filter(
    ({ codecs, iFrames }) => codecs.startsWith('avc') && iFrames.frames.length > 0,
  );
  const encoded = smallest(playable.filter(({ source }) => source.kind === 'encode'));
  const copy = playable.find(({ source }) => source.kind === 'copy');
  if (encoded === undefined || copy === undefined) return encoded ?? copy;
  return pixelsOf(copy) <= pixelsOf(encoded) && hasDenseFrames(copy) ? copy : encoded;
}

function hasDenseFrames({ iFrames, timescale }: VideoRendition): boolean {
  const most = (IFRAME_SECONDS + TOLERANCE_SECONDS) * timescale;
  return iFrames.frames.every(({ durationTicks }) => durationTicks <= most);
}

function smallest([first, ...others]: readonly VideoRendition[]): VideoRendition | undefined {
  let least = first;
  for (const each of others) if (least !== undefined && pixelsOf(each) < pixelsOf(least)) least = each;
  return least;
}

const pixelsOf = ({ width, height }: VideoRendition) => width * height;
