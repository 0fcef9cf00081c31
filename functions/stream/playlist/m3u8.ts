/** `EXT-X-MAP` in anything but I-frame playlists came with version 6, CMAF with 7. */
export const VERSION = '#EXT-X-VERSION:7';

/** Ends each line and joins them. */
export function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** Writes a media playlist (RFC 8216 §4.3.3) that begins with the film and ends with it, around its own lines. */
export function wholePlaylist(targetSeconds: number, lines: readonly string[]): string {
  return text([
    '#EXTM3U',
    VERSION,
    `#EXT-X-TARGETDURATION:${targetSeconds}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    ...lines,
    '#EXT-X-ENDLIST',
  ]);
}
