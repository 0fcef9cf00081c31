/** The parts of a track's name. */
export type NameParts = {
  /** The file's own title. */
  readonly title: string | null;
  /** Its language in English. */
  readonly spoken: string | null;
  /** What there is to tell besides; `says` tells whether the title says it, `head` is what the name begins with. */
  readonly notes: (says: (word: string) => boolean, head: string | null) => readonly string[];
  /** For a track with neither title nor language. */
  readonly fallback: string;
};

/** Names a track by its language and the file's own title, with notes in brackets. */
export function trackName({ title, spoken, notes, fallback }: NameParts): string {
  const says = (word: string) => title?.toLowerCase().includes(word.toLowerCase()) ?? false;
  // A title that names the language itself is enough.
  const head = title !== null && (spoken === null || says(spoken)) ? title : spoken;
  const all = [...(title === null || head === title ? [] : [title]), ...notes(says, head)];
  const shown = head ?? fallback;
  return all.length === 0 ? shown : `${shown} (${all.join('; ')})`;
}
