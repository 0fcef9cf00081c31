/**
 * Yields the results of `work` in the order of `items`, with up to `ahead` of them under way at once. Rejects
 * with the first failure in that order.
 */
export async function* mapAhead<Item, Result>(
  items: readonly Item[],
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const waiting: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // A failure is reported when its turn comes.
    result.catch(() => {});
    waiting.push(result);
    const first = waiting.length > ahead ? waiting.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const result of waiting) yield await result;
}
