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
