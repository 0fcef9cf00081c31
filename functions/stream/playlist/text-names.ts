import { uniqueName } from '../base/unique-name.ts';
import type { TextTrack } from '../plan/text-tracks.ts';
import { canonical, nameOf } from './names.ts';
import { trackName } from './track-name.ts';

/** The name of a text track, which players show. */
export type NamedText = {
  readonly track: TextTrack;
  readonly name: string;
  readonly language: string | null;
};

/** Names each text track, none twice: its language in English, the file's own title, and what it is for. */
export function namedTexts(tracks: readonly TextTrack[]): readonly NamedText[] {
  const taken = new Set<string>();
  return tracks.map((track, position) => {
    const language = canonical(track.language);
    const clear = nameFor(track, language, position);
    const name = uniqueName(clear, taken, (number) => `${clear} (${number})`);
    return { track, name, language };
  });
}

function nameFor(
  { title, isForced, isForHearingImpaired }: TextTrack,
  language: string | null,
  position: number,
): string {
  return trackName({
    title,
    spoken: nameOf(language),
    notes: (says) => [
      ...(isForced && !says('forced') ? ['forced'] : []),
      ...(isForHearingImpaired && !/\b(sdh|cc)\b/i.test(title ?? '') ? ['SDH'] : []),
    ],
    fallback: `Subtitles ${position + 1}`,
  });
}
