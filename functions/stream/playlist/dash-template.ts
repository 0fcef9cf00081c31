import type { Rendition, Segment } from '../plan/presentation.ts';
import { initAddress, segmentAddress } from './addresses.ts';
import { element } from './xml.ts';

/**
 * Tells players how to build the addresses of a rendition, and when each segment is shown (ISO/IEC 23009-1
 * §5.3.9.4, §5.3.9.6).
 */
export function segmentTemplate({ segments, timescale }: Rendition, version: string): string {
  const attributes = {
    timescale,
    startNumber: 0,
    initialization: `$RepresentationID$/${initAddress(version)}`,
    media: `$RepresentationID$/${segmentAddress('$Number$', version)}`,
  };
  return element('SegmentTemplate', attributes, [element('SegmentTimeline', {}, runs(segments))]);
}

/**
 * Writes adjacent segments of the same length as one element; `r` counts the repetitions. Does without
 * `element`, since long films have thousands of them and they hold only numbers.
 */
function runs(segments: readonly Segment[]): string[] {
  const elements: string[] = [];
  const start = segments[0]?.startTicks ?? 0;
  let first = 0;
  for (let i = 1; i <= segments.length; i++) {
    const duration = segments[first]?.durationTicks ?? 0;
    if (segments[i]?.durationTicks === duration) continue;
    const t = first === 0 ? ` t="${start}"` : '';
    const r = i - first > 1 ? ` r="${i - first - 1}"` : '';
    elements.push(`<S${t} d="${duration}"${r}/>`);
    first = i;
  }
  return elements;
}
