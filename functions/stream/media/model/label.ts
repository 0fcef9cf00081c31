import type { AudioPurpose, AudioTrack, SubtitleTrack } from './media.ts';

const MOST_CHARACTERS = 80;

/** Returns a container's text about an audio track, safe to show to people. */
export function audioLabel(
  title: string | null | undefined,
  { isCommentary, isDescription }: { readonly isCommentary: boolean; readonly isDescription: boolean },
): Pick<AudioTrack, 'title' | 'purpose'> {
  const shown = shownTitle(title ?? '');
  const purpose: AudioPurpose = isDescription
    ? 'description'
    : isCommentary || /\bcommentary\b/i.test(shown)
      ? 'commentary'
      : 'main';
  return { title: shown === '' ? null : shown, purpose };
}

/** Returns a container's text about a subtitle track, safe to show to people. */
export function subtitleLabel(
  title: string | null | undefined,
  flags: { readonly isForced: boolean; readonly isForHearingImpaired: boolean },
): Pick<SubtitleTrack, 'title' | 'isForced' | 'isForHearingImpaired'> {
  const shown = shownTitle(title ?? '');
  return {
    title: shown === '' ? null : shown,
    isForced: flags.isForced || /\bforced\b/i.test(shown),
    isForHearingImpaired: flags.isForHearingImpaired || /\b(sdh|cc|hearing[ -]impaired)\b/i.test(shown),
  };
}

/** Removes code points that are no characters, and those that break lines or the writing direction. */
function shownTitle(title: string): string {
  const plain = title.replace(/[\p{C}\p{Zl}\p{Zp}\s\ufffd]+/gu, ' ');
  return [...plain.trim()].slice(0, MOST_CHARACTERS).join('').trim();
}

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
