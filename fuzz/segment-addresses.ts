/** Returns addresses of HLS below a key, as a player finds them: the first rendition's and the last one's. */
export async function segmentAddresses(origin: string, key: string): Promise<string[]> {
  const base = `/hls/${key}/`;
  const master = await text(`${origin}${base}master.m3u8`);
  const playlists = master.split('\n').filter((line) => /^[^#].*m3u8$/.test(line));
  const chosen = new Set([playlists[0], playlists.at(-1)]);
  const found: string[] = [];
  for (const playlist of chosen) {
    if (playlist === undefined) continue;
    const folder = `${base}${playlist.slice(0, playlist.lastIndexOf('/') + 1)}`;
    const lines = (await text(`${origin}${base}${playlist}`)).split('\n');
    const init = lines
      .map((line) => /^#EXT-X-MAP:URI="([^"]+)"/.exec(line)?.[1])
      .find((uri) => uri !== undefined);
    const segment = lines.find((line) => /^[^#]/.test(line));
    for (const name of [init, segment]) if (name !== undefined) found.push(`${folder}${name}`);
  }
  return found;
}

async function text(address: string): Promise<string> {
  const response = await fetch(address);
  const body = await response.text();
  return response.ok ? body : '';
}
