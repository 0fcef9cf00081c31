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
    texts: chooseTexts(texts, wish.subtitles),
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
  const fits = ({ id, language }: AudioRendition, wish: string) =>
    id === `audio-${wish}` || isLanguage(language, wish);
  const missing = wanted.find((wish) => !audio.some((rendition) => fits(rendition, wish)));
  if (missing !== undefined) {
    const known = audio.map(({ id, language }) => `${id.replace('audio-', '')} (${language ?? 'unknown'})`);
    throw badParameter(
      `The parameter "audio" names ${missing}, and there is ${known.length === 0 ? 'none' : known.join(', ')}.`,
    );
  }
  const chosen = audio.filter((rendition) => wanted.some((wish) => fits(rendition, wish)));
  const hasDefault = chosen.some(({ isDefault }) => isDefault);
  // One of them is heard by those who choose none.
  return chosen.map((rendition, i) => (hasDefault || i > 0 ? rendition : { ...rendition, isDefault: true }));
}

function chooseTexts(texts: readonly TextTrack[], wanted: readonly string[] | null): readonly TextTrack[] {
  if (wanted === null) return texts;
  const fits = ({ id, language }: TextTrack, wish: string) => id === wish || isLanguage(language, wish);
  const missing = wanted.find((wish) => !texts.some((track) => fits(track, wish)));
  if (missing !== undefined) {
    const known = texts.map(({ id, language }) => `${id} (${language ?? 'unknown'})`);
    throw badParameter(
      `The parameter "subtitles" names ${missing}, and there is ${known.length === 0 ? 'none' : known.join(', ')}.`,
    );
  }
  return texts.filter((track) => wanted.some((wish) => fits(track, wish)));
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
