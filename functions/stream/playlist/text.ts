/** Ends each line and joins them. */
export function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
