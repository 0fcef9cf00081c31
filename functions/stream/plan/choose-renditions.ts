import { badParameter } from '../base/problem.ts';
import type { ManifestParameters } from '../route/manifest-parameters.ts';
import type { AudioRendition, Presentation, VideoRendition } from './presentation.ts';
import type { TextTrack } from './text-tracks.ts';

/** What a playlist or a manifest offers. */
export type Offering = { readonly presentation: Presentation; readonly texts: readonly TextTrack[] };

/**
 * Chooses among the renditions and text tracks of a film; each keeps its address. Throws `bad-parameter` if nothing is
 * left of the video or the audio, or a track does not exist.
 */
export function chooseRenditions({ presentation, texts }: Offering, wish: ManifestParameters): Offering {
  const video = chooseVideo(presentation.video, wish);
  const audio = chooseAudio(presentation.audio, wish.audio);
  return {
    presentation: { ...presentation, video, audio },
    texts: tracksNamed(texts, wish.subtitles, { parameter: 'subtitles', nameOf: ({ id }) => id }),
  };
}

function chooseVideo(
  video: readonly VideoRendition[],
  { minHeight, maxHeight, renditions, order }: ManifestParameters,
): readonly VideoRendition[] {
  const chosen = video.filter(({ height, source }) => {
    const isKind = renditions === 'all' || (renditions === 'copy') === (source.kind === 'copy');
    return isKind && height >= (minHeight ?? 0) && height <= (maxHeight ?? Number.POSITIVE_INFINITY);
  });
  if (chosen.length === 0 && video.length > 0) {
    const known = video.map(({ height, source }) => `${height}${source.kind === 'copy' ? ' (copy)' : ''}`);
    throw badParameter(
      `No rendition is left by the parameters min-height, max-height and renditions: there is ${known.join(', ')}.`,
    );
  }
  return order === 'best-first' ? chosen : chosen.toReversed();
}

function chooseAudio(
  audio: readonly AudioRendition[],
  wanted: readonly string[] | null,
): readonly AudioRendition[] {
  if (wanted === null) return audio;
  const chosen = tracksNamed(audio, wanted, {
    parameter: 'audio',
    nameOf: ({ number }) => String(number),
  });
  const hasDefault = chosen.some(({ isDefault }) => isDefault);
  // One of them is heard by those who choose none.
  const [first] = chosen;
  return chosen.map((rendition) =>
    hasDefault || rendition.number !== first?.number || rendition.form === 'surround'
      ? rendition
      : { ...rendition, isDefault: true },
  );
}

/** Returns the tracks with the wanted names or languages; null stands for all. Throws `bad-parameter`. */
function tracksNamed<T extends { readonly language: string | null }>(
  tracks: readonly T[],
  wanted: readonly string[] | null,
  { parameter, nameOf }: { readonly parameter: string; readonly nameOf: (track: T) => string },
): readonly T[] {
  if (wanted === null) return tracks;
  const fits = (track: T, wish: string) => nameOf(track) === wish || isLanguage(track.language, wish);
  const missing = wanted.find((wish) => !tracks.some((track) => fits(track, wish)));
  if (missing !== undefined) {
    const known = [...new Set(tracks.map((track) => `${nameOf(track)} (${track.language ?? 'unknown'})`))];
    throw badParameter(
      `The parameter "${parameter}" names ${missing}, and there is ${known.length === 0 ? 'none' : known.join(', ')}.`,
    );
  }
  return tracks.filter((track) => wanted.some((wish) => fits(track, wish)));
}

/** Tells whether a track has a language, or a kind of it: `pt` is also `pt-BR`, and `en` is `eng`. */
function isLanguage(language: string | null, wish: string): boolean {
  if (language === null) return false;
  const [own, asked] = [canonical(language), canonical(wish)];
  return asked !== null && (own === asked || own?.startsWith(`${asked}-`) === true);
}

function canonical(language: string): string | null {
  try {
    return Intl.getCanonicalLocales(language)[0]?.toLowerCase() ?? null;
  } catch {
    return null;
  }
}
