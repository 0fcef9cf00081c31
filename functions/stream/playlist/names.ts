import type { AudioRendition } from '../plan/presentation.ts';

/** How players show an audio rendition, and sort it by. */
export type Named = {
  readonly rendition: AudioRendition;
  readonly name: string;
  readonly language: string | null;
};

/** A name for each, none twice: the language in English, or the track's number. */
export function named(renditions: readonly AudioRendition[]): readonly Named[] {
  const taken = new Set<string>();
  return renditions.map((rendition, i) => {
    const language = canonical(rendition.language);
    const usual = (language !== null && nameOf(language)) || `Track ${i + 1}`;
    let name = usual;
    for (let again = 2; taken.has(name); again++) name = `${usual} (${again})`;
    taken.add(name);
    return { rendition, name, language };
  });
}

let names: Intl.DisplayNames | undefined;

function nameOf(language: string): string | undefined {
  // Loading all names takes 20 ms of a cold start, which most requests do well without.
  names ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });
  return names.of(language);
}

/** The shortest code of RFC 5646: `en` for `eng`. Null for what is none, such as `und`. */
function canonical(language: string | null): string | null {
  if (language === null) return null;
  try {
    const [code = 'und'] = Intl.getCanonicalLocales(language);
    return /^(und|mul|zxx|mis)\b/.test(code) ? null : code;
  } catch {
    return null;
  }
}
