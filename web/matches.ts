/** Returns whether a key contains each of the typed words, whatever their accents, capitals and order. */
export function matches(key: string, typed: string): boolean {
  const text = plain(key);
  return plain(typed)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .trim();
