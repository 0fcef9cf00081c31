/**
 * The same values with the first one made: what fails before that can still be answered with a problem. To return it,
 * begun to be read or not, returns `values`, so that what they hold is let go; a generator around them that has not
 * begun would end without a word to them. Null where there is no value.
 */
export async function peekFirst<T>(
  values: AsyncGenerator<T, void, void>,
): Promise<AsyncIterableIterator<T, void> | null> {
  const first = await values.next();
  if (first.done) return null;
  let held: IteratorResult<T, void> | null = first;
  const rest: AsyncIterableIterator<T, void> = {
    async next() {
      const next = held ?? (await values.next());
      held = null;
      return next;
    },
    return() {
      held = null;
      return values.return();
    },
    [Symbol.asyncIterator]: () => rest,
  };
  return rest;
}
