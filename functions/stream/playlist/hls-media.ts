import type { Presentation, Rendition, VideoRendition } from '../plan/presentation.ts';
import { iFrameAddress, initAddress, segmentAddress } from './addresses.ts';
import { longestSeconds } from './longest.ts';
import { wholePlaylist } from './m3u8.ts';

/** Writes the playlist of one rendition (RFC 8216 §4.3.3): every segment, and the end. */
export function hlsMedia(rendition: Rendition, presentation: Presentation, version: string): string {
  return playlist(rendition, presentation, version, [], segmentAddress);
}

/** Writes the playlist for trick play: the frame at the start of every segment. */
export function hlsIFrames(rendition: VideoRendition, presentation: Presentation, version: string): string {
  return playlist(rendition, presentation, version, ['#EXT-X-I-FRAMES-ONLY'], iFrameAddress);
}

function playlist(
  rendition: Rendition,
  presentation: Presentation,
  version: string,
  kind: readonly string[],
  addressOf: (index: number, version: string) => string,
): string {
  const lengths = microseconds(rendition);
  // §4.3.3.1 rounds to whole seconds; §6.2.4 wants one target for all renditions between which a player
  // switches.
  const target = Math.max(1, Math.round(longestSeconds(presentation) + ROUNDING_SECONDS));
  return wholePlaylist(target, [
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...kind,
    `#EXT-X-MAP:URI="${initAddress(version)}"`,
    ...lengths.map((length, i) => `#EXTINF:${(length / 1e6).toFixed(6)},\n${addressOf(i, version)}`),
  ]);
}

/** The most that rounding to microseconds adds to a segment. */
const ROUNDING_SECONDS = 1e-6;

/**
 * Returns durations whose rounded sums meet the end of each segment. A playlist has no gap before the first
 * segment: a film that starts after its audio includes the gap in its first one.
 */
function microseconds({ segments, timescale }: Rendition): readonly number[] {
  let before = 0;
  return segments.map(({ startTicks, durationTicks }) => {
    const end = Math.round(((startTicks + durationTicks) / timescale) * 1e6);
    const length = end - before;
    before = end;
    return length;
  });
}
