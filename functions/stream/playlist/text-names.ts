import type { TextTrack } from '../plan/text-tracks.ts';
import { canonical, nameOf } from './names.ts';

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
    let name = clear;
    for (let again = 2; taken.has(name); again++) name = `${clear} (${again})`;
    taken.add(name);
    return { track, name, language };
  });
}

function nameFor(
  { title, isForced, isForHearingImpaired }: TextTrack,
  language: string | null,
  position: number,
) {
  const written = (language !== null && nameOf(language)) || null;
  const says = (word: string) => title?.toLowerCase().includes(word.toLowerCase()) ?? false;
  // A title that names the language itself is enough.
  const head = title !== null && (written === null || says(written)) ? title : written;
  const notes = [
    ...(title === null || head === title ? [] : [title]),
    ...(isForced && !says('forced') ? ['forced'] : []),
    ...(isForHearingImpaired && !/\b(sdh|cc)\b/i.test(title ?? '') ? ['SDH'] : []),
  ];
  const shown = head ?? `Subtitles ${position + 1}`;
  return notes.length === 0 ? shown : `${shown} (${notes.join('; ')})`;
}
