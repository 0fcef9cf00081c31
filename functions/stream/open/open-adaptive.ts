import type { Engine } from '../engine/ffmpeg.ts';
import type { ObjectContext } from '../http/original.ts';
import type { Representation } from '../http/representation.ts';
import type { Probed } from '../media/probe/probe.ts';
import { playlistHeader, segmentHeader } from '../plan/describe-plan.ts';
import type { Presentation, Rendition } from '../plan/presentation.ts';
import { refuseSegment } from '../plan/refuse.ts';
import { COPY_ID, findFilm, findRendition } from '../plan/renditions.ts';
import { dashManifest } from '../playlist/dash.ts';
import { hlsMaster } from '../playlist/hls-master.ts';
import { hlsIFrames, hlsMedia } from '../playlist/hls-media.ts';
import type { Thumbnails } from '../playlist/storyboard.ts';
import { isMediaAsk, type PlaylistAsk } from '../route/adaptive.ts';
import { knownBytes } from './known-bytes.ts';
import { openPresentation } from './open-presentation.ts';
import { openSegment } from './open-segment.ts';
import { thumbnailsOf } from './open-storyboard.ts';
import type { AdaptiveAddress } from './segment-version.ts';
import { refuseOtherVersion, versionOf } from './version.ts';

export type AdaptiveAnswer = {
  readonly representation: Representation;
  /** The value of `Sluice-Plan`. */
  readonly plan: string;
  /** The rendition of a segment; null for a playlist. */
  readonly rendition: Rendition | null;
};

/**
 * Turns a request below `/hls` and `/dash` into what can be sent. Throws `not-found` for a rendition or a
 * segment that does not exist and for an address of another version, `too-large` for a segment that cannot be
 * produced in time, and as `planPresentation` does.
 */
export async function openAdaptive(
  { ask, version }: AdaptiveAddress,
  context: ObjectContext,
  {
    secondsLeft,
    ...parts
  }: { readonly probed: Probed; readonly engine: Engine; readonly secondsLeft: number },
): Promise<AdaptiveAnswer> {
  const current = versionOf(context);
  refuseOtherVersion(version, current);
  // A copied rendition was inspected when its playlist was requested.
  const inspectsKeyframes = !(isMediaAsk(ask) && ask.rendition === COPY_ID);
  const presentation = await context.trace.time('plan', () =>
    openPresentation(context, parts.probed, { inspectsKeyframes }),
  );
  if (!isMediaAsk(ask)) {
    return {
      representation: playlist(
        ask,
        { presentation, thumbnails: thumbnailsOf(context, { probed: parts.probed, secondsLeft }) },
        current,
      ),
      plan: playlistHeader(ask.kind === 'manifest' ? 'dash' : 'hls', presentation),
      rendition: null,
    };
  }
  const rendition = findRendition(presentation, ask);
  if (ask.kind !== 'init')
    refuseSegment(ask, rendition, { media: parts.probed.media, limits: context.limits, secondsLeft });
  return {
    representation: await openSegment(ask, rendition, current, {
      ...context,
      ...parts,
      zeroSeconds: presentation.zeroSeconds,
    }),
    plan: segmentHeader(rendition, ask),
    rendition,
  };
}

const HLS = 'application/vnd.apple.mpegurl';
const DASH = 'application/dash+xml';

type Listed = { readonly presentation: Presentation; readonly thumbnails: Thumbnails | null };

function playlist(ask: PlaylistAsk, { presentation, thumbnails }: Listed, version: string): Representation {
  const written = (contentType: string, text: string) => knownBytes(contentType, Buffer.from(text));
  switch (ask.kind) {
    case 'master':
      return written(HLS, hlsMaster(presentation, thumbnails));
    case 'manifest':
      return written(DASH, dashManifest(presentation, version, thumbnails));
    case 'playlist':
      return written(HLS, hlsMedia(findRendition(presentation, ask), presentation, version));
    case 'iframes':
      return written(HLS, hlsIFrames(findFilm(presentation, ask), presentation, version));
    default:
      return ask satisfies never;
  }
}
