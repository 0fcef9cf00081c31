/** Returns a name that is not among `taken`, and adds it; `again` writes it with a number from 2 on. */
export function uniqueName(name: string, taken: Set<string>, again: (number: number) => string): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = again(number);
  taken.add(free);
  return free;
}
