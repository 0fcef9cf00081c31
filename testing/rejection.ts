/** Returns the error that `outcome` rejects with; throws if it does not. */
export async function rejection(outcome: Promise<unknown>): Promise<Error> {
  const error = await outcome.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error(error === null ? 'nothing was rejected' : `rejected with ${String(error)}`);
}
