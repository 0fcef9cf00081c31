import type { Rendition, Segment } from '../plan/presentation.ts';
import { initAddress, segmentAddress } from './addresses.ts';
import { element } from './xml.ts';

/** How a player makes the addresses of a rendition, and when each segment is shown (ISO/IEC 23009-1 §5.3.9.4, §5.3.9.6). */
export function segmentTemplate({ segments, timescale }: Rendition, version: string): string {
  const attributes = {
    timescale,
    startNumber: 0,
    initialization: `$RepresentationID$/${initAddress(version)}`,
    media: `$RepresentationID$/${segmentAddress('$Number$', version)}`,
  };
  return element('SegmentTemplate', attributes, [element('SegmentTimeline', {}, runs(segments))]);
}

/** Segments of the same length that follow each other, in one element; `r` counts the repetitions. */
function runs(segments: readonly Segment[]): string[] {
  const elements: string[] = [];
  let first = 0;
  for (let i = 1; i <= segments.length; i++) {
    const duration = segments[first]?.durationTicks ?? 0;
    if (segments[i]?.durationTicks === duration) continue;
    const repeated = i - first - 1;
    elements.push(
      element('S', {
        t: first === 0 ? (segments[0]?.startTicks ?? 0) : null,
        d: duration,
        r: repeated === 0 ? null : repeated,
      }),
    );
    first = i;
  }
  return elements;
}
