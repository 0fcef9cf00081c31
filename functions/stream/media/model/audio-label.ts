import type { AudioPurpose, AudioTrack } from './media.ts';

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

/** Removes code points that are no characters, and those that break lines or the writing direction. */
function shownTitle(title: string): string {
  const plain = title.replace(/[\p{C}\p{Zl}\p{Zp}\s\ufffd]+/gu, ' ');
  return [...plain.trim()].slice(0, MOST_CHARACTERS).join('').trim();
}
