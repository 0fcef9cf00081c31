/** Returns a container's language code; null for none, for `und` and for anything that is no code. */
export function knownLanguage(code: string | null): string | null {
  return code && code !== 'und' && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(code) ? code : null;
}

/**
 * Returns the code of ISO 639-2/T that `mdhd` stores; `und` for unknown languages and those without such a
 * code.
 */
export function threeLetters(language: string | null): string {
  const primary = language?.split('-')[0]?.toLowerCase() ?? '';
  return /^[a-z]{3}$/.test(primary) ? primary : (TWO_LETTERS[primary] ?? 'und');
}

const TWO_LETTERS: Readonly<Record<string, string>> = {
  ar: 'ara',
  cs: 'ces',
  da: 'dan',
  de: 'deu',
  el: 'ell',
  en: 'eng',
  es: 'spa',
  fi: 'fin',
  fr: 'fra',
  he: 'heb',
  hi: 'hin',
  hu: 'hun',
  it: 'ita',
  ja: 'jpn',
  ko: 'kor',
  nl: 'nld',
  no: 'nor',
  pl: 'pol',
  pt: 'por',
  ro: 'ron',
  ru: 'rus',
  sv: 'swe',
  th: 'tha',
  tr: 'tur',
  uk: 'ukr',
  vi: 'vie',
  zh: 'zho',
};
