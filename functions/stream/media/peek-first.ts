/**
 * Waits for the first value and returns all values: a failure before it can still be answered with a problem.
 * Returning the iterator, whether reading has begun or not, returns `values`, so that they release what they
 * hold; a generator around them that has not begun would end without telling them. Null if there is no value.
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
