/** Says on a terminal what is being done, where nobody knows how far it is; a log has the results. */
export function tell(
  what: string,
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
): void {
  if (stream.isTTY) stream.write(`${what} …\n`);
}
