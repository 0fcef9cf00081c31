import { uniqueName } from '../base/unique-name.ts';
import type { AudioRendition } from '../plan/presentation.ts';
import { trackName } from './track-name.ts';

/** The name of an audio rendition, which players show and sort by. */
export type Named = {
  readonly rendition: AudioRendition;
  readonly name: string;
  readonly language: string | null;
};

/**
 * Names each rendition, none twice: the language in English and the file's own title, the purpose, and the
 * channels if they are many or the only difference.
 */
export function named(renditions: readonly AudioRendition[]): readonly Named[] {
  const languages = renditions.map(({ language }) => canonical(language));
  const usual = renditions.map((rendition, i) => nameFor(rendition, languages[i] ?? null, i));
  const taken = new Set<string>();
  return renditions.map((rendition, i) => {
    const own = usual[i] ?? '';
    const others = renditions.filter((_, other) => usual[other] === own);
    const isAlike = others.every(({ channels }) => channels === rendition.channels);
    const clear = isAlike ? own : `${own} (${channelsOf(rendition)})`;
    const name = uniqueName(clear, taken, (number) => `${clear} (${number})`);
    return { rendition, name, language: languages[i] ?? null };
  });
}

function nameFor(rendition: AudioRendition, language: string | null, position: number): string {
  const { title, purpose, channels } = rendition;
  return trackName({
    title,
    spoken: nameOf(language),
    notes: (says, head) => [
      ...(purpose === 'commentary' && !says('comment') ? ['commentary'] : []),
      ...(purpose === 'description' && !says('descri') ? ['audio description'] : []),
      ...((channels > 2 || head === null) && !says(channelsOf(rendition)) ? [channelsOf(rendition)] : []),
    ],
    fallback: `Track ${position + 1}`,
  });
}

const LAYOUTS: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' };

function channelsOf({ channels }: AudioRendition): string {
  return LAYOUTS[channels] ?? `${channels} channels`;
}

let names: Intl.DisplayNames | undefined;

/** Returns the English name of a language; null without one. */
export function nameOf(language: string | null): string | null {
  if (language === null) return null;
  // Loading all names takes 20 ms of a cold start, which most requests do well without.
  names ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });
  return names.of(language) || null;
}

/**
 * Returns the shortest code of RFC 5646: `en` for `eng`. Null for a code without a language, such as `und`.
 */
export function canonical(language: string | null): string | null {
  if (language === null) return null;
  try {
    const [code = 'und'] = Intl.getCanonicalLocales(language);
    return /^(und|mul|zxx|mis)\b/.test(code) ? null : code;
  } catch {
    return null;
  }
}
