export const copiedPlaylist = (key: string) => `/hls/${key}/copy/index.m3u8`;

/** Returns the paths of all segments of the copied rendition. */
export async function copiedSegments(url: string, key: string): Promise<readonly string[]> {
  const playlist = url + copiedPlaylist(key);
  const text = await (await fetch(playlist)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const { pathname, search } = new URL(line, playlist);
    return pathname + search;
  });
}
