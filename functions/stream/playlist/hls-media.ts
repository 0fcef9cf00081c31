import type { Presentation, Rendition, VideoRendition } from '../plan/presentation.ts';
import {
  addressWithin,
  askWithin,
  iFrameAddress,
  iFrameWithin,
  initAddress,
  initWithin,
} from './addresses.ts';
import type { KeyLines } from './key-lines.ts';
import { longestSeconds } from './longest.ts';
import { wholePlaylist } from './m3u8.ts';

/** Writes the playlist of one rendition (RFC 8216 §4.3.3): every segment, and the end. */
export function hlsMedia(
  rendition: Rendition,
  presentation: Presentation,
  version: string,
  keys: KeyLines | null = null,
): string {
  const startSeconds = presentation.clip?.startSeconds ?? 0;
  const linesOf = (index: number) => ({
    key: keys?.before(askWithin(rendition, index)) ?? [],
    address: addressWithin(rendition, index, version),
  });
  const lines = listed(rendition, linesOf, startSeconds);
  return playlist(presentation, initWithin(rendition, version), lines, { keys });
}

/** Writes the playlist for trick play: its frames, each of which a player can fetch by itself. */
export function hlsIFrames(
  rendition: VideoRendition,
  presentation: Presentation,
  version: string,
  keys: KeyLines | null = null,
): string {
  const { timescale, iFrames } = rendition;
  const linesOf = (position: number) => {
    const ask = iFrameWithin(rendition, position);
    return { key: keys?.before(ask) ?? [], address: iFrameAddress(ask, version) };
  };
  const startSeconds = presentation.clip?.startSeconds ?? 0;
  const lines = listed({ timescale, segments: iFrames.frames }, linesOf, startSeconds);
  return playlist(presentation, initAddress(version), lines, { keys, kind: ['#EXT-X-I-FRAMES-ONLY'] });
}

function playlist(
  presentation: Presentation,
  init: string,
  lines: readonly string[],
  { keys, kind = [] }: { readonly keys: KeyLines | null; readonly kind?: readonly string[] },
): string {
  // §4.3.3.1 rounds to whole seconds; §6.2.4 wants one target for all renditions between which a player
  // switches.
  const target = Math.max(1, Math.round(longestSeconds(presentation) + ROUNDING_SECONDS));
  return wholePlaylist(target, [
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...kind,
    // An init segment after its key would be encrypted as a whole, which VLC does not read.
    `#EXT-X-MAP:URI="${init}"`,
    ...(keys?.first ?? []),
    ...lines,
  ]);
}

type Timed = Pick<Rendition, 'segments' | 'timescale'>;

/** Each segment's key, length and address, in the order of RFC 8216 §8.6. */
function listed(
  timed: Timed,
  linesOf: (index: number) => { readonly key: readonly string[]; readonly address: string },
  startSeconds = 0,
): readonly string[] {
  return microseconds(timed, startSeconds).map((length, i) => {
    const { key, address } = linesOf(i);
    return [...key, `#EXTINF:${(length / 1e6).toFixed(6)},`, address].join('\n');
  });
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
