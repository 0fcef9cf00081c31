/** Splits text into lines at CRLF, LF or CR, and at the CR CR LF that a careless conversion leaves. */
export function linesOf(text: string): string[] {
  return text.replaceAll('\r\r\n', '\n').replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
}
