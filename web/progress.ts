import { elements } from './elements.ts';
import type { Received } from './responses.ts';
import { showSeek } from './seek.ts';
import { showCost } from './spent.ts';
import { bytes, clock } from './words.ts';

/** Times are in seconds of the file. */
export type Progress = {
  readonly element: HTMLVideoElement | HTMLAudioElement;
  /** The answer has no ranges, and is produced while it is sent. */
  readonly isLive: boolean;
  /** A person can only choose a time by a new request. */
  readonly seeksByAsking: boolean;
  /** Where the answer begins. */
  readonly offset: number;
  /** Seconds of the file in a second of the answer. */
  readonly speed: number;
  /** Null if unknown. */
  readonly total: number | null;
  /** Null if all that follows `offset` was asked for. */
  readonly part: number | null;
  readonly received: Received;
  /** Returns the seconds of the answer that were buffered at any time. */
  readonly covered: (buffered: TimeRanges) => number;
};

type Span = { readonly start: number; readonly end: number };

declare global {
  /** Chromium's additions to the standard. */
  interface HTMLMediaElement {
    readonly webkitVideoDecodedByteCount?: number;
    readonly webkitAudioDecodedByteCount?: number;
  }
}

/** Shows the position of a playback, what it has buffered, and what it has received so far. */
export function showProgress(progress: Progress): void {
  const { element, offset, speed, total } = progress;
  const now = offset + speed * element.currentTime;
  showBuffered(spansOf(element.buffered, progress));
  elements.clock.textContent = `${clock(now)} / ${total === null ? 'length unknown' : clock(total)}`;
  elements.seekLabel.hidden = !(progress.seeksByAsking && total !== null);
  showSeek(now, total);
  showReceived(progress);
  showCost(progress.received.answers, shareLoaded(progress));
  if (element instanceof HTMLVideoElement && element.videoWidth) {
    const { totalVideoFrames, droppedVideoFrames } = element.getVideoPlaybackQuality();
    elements.videoSize.textContent = `${element.videoWidth} × ${element.videoHeight}`;
    elements.frames.textContent = `${totalVideoFrames}, ${droppedVideoFrames} dropped`;
  }
}

/** Returns which part of the media was loaded: null if its length is unknown. */
function shareLoaded({ element, offset, speed, total, part, covered }: Progress): number | null {
  const seconds = speed * covered(element.buffered);
  if (total === null || total <= offset || seconds === 0) return null;
  return Math.min(1, seconds / Math.min(total - offset, part ?? Number.POSITIVE_INFINITY));
}

function spansOf(ranges: TimeRanges, { offset, speed }: Progress): readonly Span[] {
  return Array.from({ length: ranges.length }, (_, at) => ({
    start: offset + speed * ranges.start(at),
    end: offset + speed * ranges.end(at),
  }));
}

function showBuffered(buffered: readonly Span[]): void {
  const spans = buffered.map(({ start, end }) => `${clock(start)}–${clock(end)}`).join(', ');
  elements.buffered.textContent = spans ? `buffered ${spans}` : '';
}

function showReceived({ element, isLive, received }: Progress): void {
  const { webkitVideoDecodedByteCount = 0, webkitAudioDecodedByteCount = 0 } = element;
  // The bytes of a response that is still open count only when they are decoded.
  const count = Math.max(received.bytes, webkitVideoDecodedByteCount + webkitAudioDecodedByteCount);
  // A live answer is one response; of a file more may be under way than the ranges that have ended.
  const isExact = isLive && received.responses > 0;
  elements.received.value = String(count);
  elements.received.textContent = count === 0 ? '–' : isExact ? bytes(count) : `at least ${bytes(count)}`;
}
