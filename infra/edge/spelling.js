/** Returns the key in an address; null if there is none, or none that can be read. */
// biome-ignore lint/correctness/noUnusedVariables: the request functions call it
function keyOf(path) {
  const parts = partsOf(path);
  if (parts === null) return null;
  try {
    return decodeURIComponent(parts.encoded);
  } catch (_) {
    return null;
  }
}

/** Splits an address below a key: what stands before it, the key as it is spelt, and what follows; null for any other. */
function partsOf(path) {
  const found =
    /^\/(media|stream|play|embed|console|image|storyboard|waveform|subtitles|info|key|export|made|hls|dash)\/([\x21-\x7e]{1,3072})$/.exec(
      path,
    );
  if (found === null) return null;
  let encoded = found[2];
  if (/^(hls|dash|key|made|storyboard|subtitles)$/.test(found[1])) {
    const parts = encoded.split('/');
    const entry = found[1] === 'hls' ? 'master.m3u8' : 'manifest.mpd';
    // The key is followed by the name of a result, a content key, a sheet, a text track or the main playlist, or by a rendition and a
    // name.
    const isAdaptive = found[1] === 'hls' || found[1] === 'dash';
    const last = parts[parts.length - 1];
    const isBesideKey = last === entry || (found[1] === 'hls' && last === 'chapters.json');
    const names = isAdaptive && !isBesideKey ? 2 : 1;
    if (parts.length <= names) return null;
    encoded = parts.slice(0, parts.length - names).join('/');
  }
  return { before: '/'.concat(found[1], '/'), encoded: encoded, after: found[2].slice(encoded.length) };
}

/** Returns the address in the one spelling of its key that the cache has, as `addressOf` of the function writes it. */
// biome-ignore lint/correctness/noUnusedVariables: the request functions call it
function inOneSpelling(path, key) {
  const parts = partsOf(path);
  return parts.before.concat(key.split('/').map(encodeURIComponent).join('/'), parts.after);
}
