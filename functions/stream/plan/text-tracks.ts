import { uniqueName } from '../base/unique-name.ts';
import type { Media, SubtitleTrack } from '../media/model/media.ts';
import { subtitleCodec } from '../media/model/subtitle-codecs.ts';
import type { Sidecar } from './sidecars.ts';

/** A track of subtitles: out of the file, or a file beside it. */
export type TextTrack = {
  /** Its name in addresses: `track-2`, `file-en-sdh`. */
  readonly id: string;
  readonly origin:
    | { readonly kind: 'track'; readonly track: SubtitleTrack }
    | { readonly kind: 'file'; readonly sidecar: Sidecar };
  /** BCP 47 or ISO 639; null if nothing tells. */
  readonly language: string | null;
  readonly title: string | null;
  readonly isForced: boolean;
  readonly isForHearingImpaired: boolean;
  /** True for the one that a viewer sees who chose none. */
  readonly isDefault: boolean;
  /** Why it is not shown, in words for people; null if it is. */
  readonly whyNot: string | null;
};

/** More than any film has; each is a line in every playlist. */
const MOST_TRACKS = 64;
const MOST_SLUG_CHARACTERS = 24;

/** Lists the subtitles of a film, those of the file first. */
export function textTracksOf({ tracks }: Media, sidecars: readonly Sidecar[]): readonly TextTrack[] {
  const inside = tracks.filter((track) => track.kind === 'subtitle').map(insideTrack);
  const taken = new Set(inside.map(({ id }) => id));
  const beside = sidecars.map((sidecar) => besideTrack(sidecar, taken));
  return [...inside, ...beside].slice(0, MOST_TRACKS);
}

/** Those that players are offered. */
export function shownTextTracks(tracks: readonly TextTrack[]): readonly TextTrack[] {
  return tracks.filter(({ whyNot }) => whyNot === null);
}

/** Tells whether a name in addresses is that of a text track, and not of a rendition. */
export function isTextId(id: string): boolean {
  return id.startsWith('track-') || isSidecarId(id);
}

/** Tells whether it is that of a file beside the film. */
export function isSidecarId(id: string): boolean {
  return /^file(-|$)/.test(id);
}

function insideTrack(track: SubtitleTrack): TextTrack {
  const { index, language, title, isForced, isForHearingImpaired } = track;
  const codec = subtitleCodec(track.codec);
  return {
    ...{ language, title, isForced, isForHearingImpaired },
    id: `track-${index}`,
    origin: { kind: 'track', track },
    // Nearly every file marks its first subtitles as default, also where nobody should see them unasked.
    isDefault: false,
    whyNot: 'whyNot' in codec ? codec.whyNot : null,
  };
}

function besideTrack(sidecar: Sidecar, taken: Set<string>): TextTrack {
  const { language, title, isForced, isForHearingImpaired, isDefault } = sidecar;
  const slug = sidecar.suffix.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const plain = slug.replaceAll(/^-+|-+$/g, '').slice(0, MOST_SLUG_CHARACTERS);
  const name = plain === '' ? 'file' : `file-${plain}`;
  const id = uniqueName(name, taken, (number) => `${name}-${number}`);
  return {
    ...{ language, title, isForced, isForHearingImpaired, isDefault },
    id,
    origin: { kind: 'file', sidecar },
    whyNot: null,
  };
}
