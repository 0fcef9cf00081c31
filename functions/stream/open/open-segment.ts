import { Readable } from 'node:stream';
import { Problem } from '../base/problem.ts';
import type { SegmentContext } from '../engine/segment-context.ts';
import { encodedInit, iFrameAt, openEncodedIFrame, openEncodedSegment } from '../engine/segments.ts';
import type { ObjectContext } from '../http/original.ts';
import type { Representation } from '../http/representation.ts';
import type { CopyTrack, Segment } from '../media/model/copy-track.ts';
import type { Rendition } from '../plan/presentation.ts';
import { hashOf } from '../plan/tag.ts';
import type { MediaAsk } from '../route/adaptive.ts';
import { knownBytes } from './known-bytes.ts';
import { openClipInit, openPart, openPlannedTrack } from './open-part.ts';

/**
 * Opens an init segment, a segment or an image of a rendition: cut out of the file, or encoded when it is
 * opened. `version` stands for everything that its bytes depend on.
 */
export async function openSegment(
  ask: MediaAsk,
  rendition: Rendition,
  version: string,
  context: ObjectContext & SegmentContext,
): Promise<Representation> {
  const { source, kind } = rendition;
  const contentType = `${kind}/mp4`;
  const tag = `"${hashOf(context.object, [version, ask])}"`;
  const first = <T>(open: () => Promise<T>) => context.trace.time('first', open);
  if (source.kind === 'encode') {
    const open = () => first(() => openEncoded(ask, rendition, context));
    // Weak, as in `/stream`: encoders promise the same video but not the same bytes on every machine.
    return { kind: 'live', contentType, etag: `W/${tag}`, open };
  }
  const track = await openPlannedTrack(source.trackIndex, context);
  if (ask.kind === 'init' || ask.kind === 'clip-init') return knownBytes(contentType, track.init());
  const cut = cutOut(ask, rendition, track);
  const { sizeBytes } = cut;
  if (sizeBytes === null)
    return { kind: 'live', contentType, etag: tag, open: () => first(() => cut.open()) };
  return {
    kind: 'file',
    contentType,
    contentDisposition: null,
    etag: tag,
    lastModified: null,
    sizeBytes,
    open: (range) => first(() => cut.open(range)),
  };
}

function cutOut(
  ask: Exclude<MediaAsk, { kind: 'init' | 'clip-init' }>,
  rendition: Rendition,
  track: CopyTrack,
): Segment {
  const { source, excerpt } = rendition;
  if (ask.kind === 'part') return track.segment(ask.from, ask.to, 1 + (excerpt?.firstIndex ?? 0));
  if (ask.kind === 'iframe-part')
    throw new Problem('internal', `The rendition ${rendition.id} is copied, not encoded.`);
  const { kind, index } = ask;
  if (source.kind === 'copy' && kind === 'segment') {
    const [from, to] = source.cuts.slice(index, index + 2);
    if (from !== undefined && to !== undefined) return track.segment(from, to, index + 1);
  } else if ('iFrameCuts' in source && rendition.kind === 'video') {
    const [at, shown] = [source.iFrameCuts[index], rendition.iFrames.frames[index]];
    if (at !== undefined && shown !== undefined) return track.iFrame(at, shown.durationTicks, index + 1);
  }
  throw new Problem('internal', `The plan has no cuts for ${kind} ${index}.`);
}

async function openEncoded(
  ask: MediaAsk,
  rendition: Rendition,
  context: ObjectContext & SegmentContext,
): Promise<Readable> {
  switch (ask.kind) {
    case 'init':
      return Readable.from([await encodedInit(rendition, context)], { objectMode: false });
    case 'segment':
      return openEncodedSegment(rendition, ask.index, context);
    case 'part':
      return openPart(rendition, ask, context);
    case 'clip-init':
      return openClipInit(rendition, context);
    case 'iframe':
    case 'iframe-part': {
      if (rendition.kind !== 'video') throw new Problem('internal', 'An audio rendition has no images.');
      const shown = ask.kind === 'iframe' ? iFrameAt(rendition, ask.index) : ask;
      return openEncodedIFrame(rendition, shown, context);
    }
    default:
      return ask satisfies never;
  }
}
