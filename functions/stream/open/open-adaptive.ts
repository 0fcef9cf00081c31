import type { Readable } from 'node:stream';
import type { Engine } from '../engine/ffmpeg.ts';
import type { ObjectContext } from '../http/original.ts';
import type { FileRepresentation, Protect, Representation } from '../http/representation.ts';
import type { Probed } from '../media/probe/probe.ts';
import { chooseRenditions } from '../plan/choose-renditions.ts';
import { addressedClip, clipOf, refuseLongList } from '../plan/clip.ts';
import type { ContentKey } from '../plan/content-key.ts';
import { playlistHeader, segmentHeader, textHeader } from '../plan/describe-plan.ts';
import { textZeroSeconds } from '../plan/offer.ts';
import type { Presentation, Rendition } from '../plan/presentation.ts';
import { refuseSegment } from '../plan/refuse.ts';
import { COPY_ID, findRendition, findTrickPlay } from '../plan/renditions.ts';
import { clipView, viewedCues } from '../plan/text-cues.ts';
import { isSidecarId, isTextId, shownTextTracks, type TextTrack } from '../plan/text-tracks.ts';
import { chaptersJson } from '../playlist/chapters.ts';
import type { Companions } from '../playlist/companions.ts';
import { dashManifest } from '../playlist/dash.ts';
import { hlsMaster } from '../playlist/hls-master.ts';
import { hlsIFrames, hlsMedia } from '../playlist/hls-media.ts';
import { hlsText } from '../playlist/hls-text.ts';
import { keyLines, licenseAddress } from '../playlist/key-lines.ts';
import { isMediaAsk, type MediaAsk, type PlaylistAsk, type TextAsk } from '../route/adaptive.ts';
import type { ClipParameters } from '../route/clip-parameters.ts';
import { contentKeyOf, type Encrypting } from './content-keys.ts';
import { findChapters } from './find-chapters.ts';
import { findTextTracks } from './find-text-tracks.ts';
import { knownBytes } from './known-bytes.ts';
import { openPresentation } from './open-presentation.ts';
import { openSegment } from './open-segment.ts';
import { thumbnailsOf } from './open-storyboard.ts';
import { findTextTrack, openText } from './open-text.ts';
import { protectionOf } from './protection.ts';
import type { AdaptiveAddress } from './segment-version.ts';
import { refuseOtherVersion, versionOf } from './version.ts';
import { onceWritten } from './written-lists.ts';

export type AdaptiveAnswer = {
  /** Of a segment, before it is encrypted. */
  readonly representation: Representation;
  /** Encrypts it; null if it is sent as it is. */
  readonly protect: Protect | null;
  /** The value of `Sluice-Plan`. */
  readonly plan: string;
  /** The rendition of a segment; null for a playlist. */
  readonly rendition: Rendition | null;
  /** Whether a playlist names no subtitles because nobody could look for them: the next viewer may get more. */
  readonly lacksTexts?: boolean;
};

/**
 * Turns a request below `/hls` and `/dash` into what can be sent. Throws `not-found` for a rendition or a
 * segment that does not exist and for an address of another version, `too-large` for a segment that cannot be
 * produced in time, and as `planPresentation` does.
 */
export async function openAdaptive(
  { ask, version }: AdaptiveAddress,
  context: ObjectContext & Encrypting,
  {
    secondsLeft,
    readOutput,
    prefix,
    ...parts
  }: {
    readonly probed: Probed;
    readonly engine: Engine;
    readonly secondsLeft: number;
    /** Stands in front of addresses that the client may open. */
    readonly prefix: string;
    /** Opens an output that the answer needs. */
    readonly readOutput: (output: Representation) => Promise<Readable>;
  },
): Promise<AdaptiveAnswer> {
  const { encryption } = context;
  const clearVersion = versionOf(context);
  const contentKey = encryption && contentKeyOf(context, encryption, version);
  const current = contentKey?.version ?? clearVersion;
  refuseOtherVersion(version, current);
  if (ask.kind === 'text') return openTextFile(ask, context, parts.probed);
  if (ask.kind === 'chapters') {
    const chapters = viewedCues(await findChapters(context, parts.probed), clipView(ask.clip));
    const json = Buffer.from(chaptersJson(chapters));
    return { ...AS_IT_IS, representation: knownBytes('application/json', json), plan: 'chapters' };
  }
  // A copied rendition was inspected when its playlist was requested.
  const inspectsKeyframes = !(isMediaAsk(ask) && ask.rendition === COPY_ID);
  const planning = context.trace.time('plan', () =>
    openPresentation(context, parts.probed, { inspectsKeyframes }),
  );
  // At the same time: the store is asked for what lies beside the film.
  let lacksTexts = false;
  const onUnlisted = () => {
    lacksTexts = true;
  };
  const listing = isMediaAsk(ask) ? [] : textsFor(ask, context, parts.probed, onUnlisted);
  const [presentation, texts] = await Promise.all([planning, listing]);
  if (!isMediaAsk(ask)) {
    const clip = clipAsked(ask);
    const all = { presentation: clip === null ? presentation : clipOf(presentation, clip), texts };
    const offered = 'choice' in ask && ask.choice ? chooseRenditions(all, ask.choice) : all;
    const shown = offered.presentation.clip;
    return {
      ...AS_IT_IS,
      representation: playlist(
        ask,
        offered.presentation,
        { key: context.object.key, prefix, version: current, contentKey },
        {
          thumbnails: isEntry(ask)
            ? thumbnailsOf(context, { probed: parts.probed, secondsLeft }, shown && addressedClip(shown))
            : null,
          texts: offered.texts,
          hasChapters: ask.kind === 'master' && (await findChapters(context, parts.probed)).length > 0,
        },
      ),
      plan: playlistHeader(ask.kind === 'manifest' ? 'dash' : 'hls', offered.presentation),
      lacksTexts,
    };
  }
  const rendition = findRendition(presentation, ask);
  if (ask.kind !== 'init' && ask.kind !== 'clip-init')
    refuseSegment(ask.kind === 'part' || ask.kind === 'iframe-part' ? FIRST_SEGMENT : ask, rendition, {
      media: parts.probed.media,
      limits: context.limits,
      secondsLeft,
    });
  const segmentContext = { ...context, ...parts, zeroSeconds: presentation.zeroSeconds };
  const openInit = async () =>
    readOutput(await openSegment(initOf(ask, rendition), rendition, clearVersion, segmentContext));
  return {
    // Under the name that it has for every key.
    representation: await openSegment(ask, rendition, clearVersion, segmentContext),
    protect: contentKey && protectionOf(ask, rendition, contentKey, { ...context, openInit }),
    plan: segmentHeader(rendition, ask),
    rendition,
  };
}

/** The init segment of what is asked for: parts among copied segments have that of both. */
function initOf({ kind }: MediaAsk, { id, source }: Rendition): MediaAsk {
  const isOfBoth = kind === 'part' && 'partOfTrack' in source && source.partOfTrack !== undefined;
  return { kind: isOfBoth ? 'clip-init' : 'init', rendition: id };
}

const AS_IT_IS = { protect: null, rendition: null } as const;

/** The part that was asked for, which is the only segment of its rendition. */
const FIRST_SEGMENT = { kind: 'segment', index: 0 } as const;

const HLS = 'application/vnd.apple.mpegurl';

function clipAsked(ask: PlaylistAsk): ClipParameters | null {
  if ('choice' in ask) return ask.choice?.clip ?? null;
  return ('clip' in ask && ask.clip) || null;
}

/** Tells whether it is what players begin with, which names all that goes with a film. */
function isEntry(ask: PlaylistAsk): boolean {
  return ask.kind === 'master' || ask.kind === 'manifest';
}

/** The text tracks that a playlist names, or is about. */
async function textsFor(
  ask: PlaylistAsk,
  context: ObjectContext,
  { media }: Probed,
  onUnlisted: () => void,
): Promise<readonly TextTrack[]> {
  if (!isEntry(ask) && !(ask.kind === 'playlist' && isTextId(ask.rendition))) return [];
  return shownTextTracks(await findTextTracks(context, media, { onUnlisted }));
}

async function openTextFile(
  { rendition: id, hasTimestampMap, clip }: TextAsk,
  context: ObjectContext,
  probed: Probed,
): Promise<AdaptiveAnswer> {
  const tracks = await findTextTracks(context, probed.media, { isStrict: isSidecarId(id) });
  const track = findTextTrack(tracks, id);
  const { zeroSeconds, durationSeconds } = clipView(clip);
  const view = {
    zeroSeconds: textZeroSeconds(probed.media) + zeroSeconds,
    durationSeconds,
    // In a clip's manifest of DASH too: video.js moves cues by as much as its media.
    mediaSeconds: hasTimestampMap || clip !== undefined ? zeroSeconds : null,
  };
  const representation = await openText(track, view, { ...context, probed });
  return { ...AS_IT_IS, representation, plan: textHeader(track) };
}

/** How segments are named, and how players find their key. */
type Naming = {
  readonly key: string;
  readonly prefix: string;
  readonly version: string;
  readonly contentKey: ContentKey | null;
};

function playlist(
  ask: Exclude<PlaylistAsk, { kind: 'chapters' }>,
  presentation: Presentation,
  { key, prefix, version, contentKey }: Naming,
  companions: Companions,
): Representation {
  const written = (contentType: string, text: string) => knownBytes(contentType, Buffer.from(text));
  const keys = contentKey && 'rendition' in ask ? keyLines(contentKey, key, ask.rendition) : null;
  const protection = contentKey && { contentKey, licenseAddress: prefix + licenseAddress(contentKey, key) };
  // Lists with keys also follow from these.
  const once = (write: () => FileRepresentation) =>
    contentKey === null && 'rendition' in ask
      ? onceWritten(`${ask.kind} ${ask.rendition}`, presentation, write)
      : write();
  switch (ask.kind) {
    case 'master':
      return written(HLS, hlsMaster(presentation, companions));
    case 'manifest':
      refuseLongList(presentation);
      return written('application/dash+xml', dashManifest(presentation, version, companions, protection));
    case 'playlist':
      if (isTextId(ask.rendition)) {
        findTextTrack(companions.texts, ask.rendition);
        return written(HLS, hlsText(presentation));
      }
      return once(() =>
        written(HLS, hlsMedia(findRendition(presentation, ask), presentation, version, keys)),
      );
    case 'iframes':
      return once(() =>
        written(HLS, hlsIFrames(findTrickPlay(presentation, ask), presentation, version, keys)),
      );
    default:
      return ask satisfies never;
  }
}
