import type { Presentation, Rendition, VideoRendition } from '../plan/presentation.ts';
import { addressWithin, iFrameAddress, initAddress, initWithin } from './addresses.ts';
import { longestSeconds } from './longest.ts';
import { wholePlaylist } from './m3u8.ts';

/** Writes the playlist of one rendition (RFC 8216 §4.3.3): every segment, and the end. */
export function hlsMedia(rendition: Rendition, presentation: Presentation, version: string): string {
  const startSeconds = presentation.clip?.startSeconds ?? 0;
  const lines = listed(rendition, (index) => addressWithin(rendition, index, version), startSeconds);
  return playlist(presentation, initWithin(rendition, version), lines);
}

/** Writes the playlist for trick play: its frames, each of which a player can fetch by itself. */
export function hlsIFrames(rendition: VideoRendition, presentation: Presentation, version: string): string {
  const { timescale, iFrames } = rendition;
  const lines = listed({ timescale, segments: iFrames.frames }, (index) => iFrameAddress(index, version));
  return playlist(presentation, initAddress(version), lines, ['#EXT-X-I-FRAMES-ONLY']);
}

function playlist(
  presentation: Presentation,
  init: string,
  lines: readonly string[],
  kind: readonly string[] = [],
): string {
  // §4.3.3.1 rounds to whole seconds; §6.2.4 wants one target for all renditions between which a player
  // switches.
  const target = Math.max(1, Math.round(longestSeconds(presentation) + ROUNDING_SECONDS));
  return wholePlaylist(target, [
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...kind,
    `#EXT-X-MAP:URI="${init}"`,
    ...lines,
  ]);
}

type Timed = Pick<Rendition, 'segments' | 'timescale'>;

/** A line for the length of each segment, and one for its address. */
function listed(timed: Timed, addressOf: (index: number) => string, startSeconds = 0): readonly string[] {
  return microseconds(timed, startSeconds).map(
    (length, i) => `#EXTINF:${(length / 1e6).toFixed(6)},\n${addressOf(i)}`,
  );
}

/** The most that rounding to microseconds adds to a segment. */
const ROUNDING_SECONDS = 1e-6;

/**
 * Returns durations whose rounded sums meet the end of each segment. A playlist has no gap before the first
 * segment: a film that starts after its audio includes the gap in its first one. Nor does it count audio before a clip.
 */
function microseconds({ segments, timescale }: Timed, startSeconds: number): readonly number[] {
  let before = Math.round(startSeconds * 1e6);
  return segments.map(({ startTicks, durationTicks }) => {
    const end = Math.round(((startTicks + durationTicks) / timescale) * 1e6);
    const length = end - before;
    before = end;
    return length;
  });
}
