import type { Clip, Rendition } from '../plan/presentation.ts';
import { addressWithin, initWithin } from './addresses.ts';
import { element } from './xml.ts';

/**
 * Names each segment of a clip (ISO/IEC 23009-1 §5.3.9.3): no template fits the film's own and the parts where it begins
 * and ends. The times are the film's, and the offset is where the clip begins.
 */
export function listedSegments(rendition: Rendition, clip: Clip, version: string): readonly string[] {
  const { segments, timescale } = rendition;
  const attributes = { timescale, presentationTimeOffset: Math.round(clip.startSeconds * timescale) };
  const list = element('SegmentList', attributes, [
    element('Initialization', { sourceURL: initWithin(rendition, version) }),
    // Each alone: dash.js takes a repeated one for one address.
    element(
      'SegmentTimeline',
      {},
      segments.map(({ startTicks, durationTicks }, i) =>
        element('S', { t: i === 0 ? startTicks : null, d: durationTicks }),
      ),
    ),
    ...segments.map((_, i) => element('SegmentURL', { media: addressWithin(rendition, i, version) })),
  ]);
  return [`<BaseURL>${rendition.id}/</BaseURL>`, list];
}
