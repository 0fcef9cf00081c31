/* global CLAIM */

/** Parses the claims of a token; null for text that no key can have signed. */
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function parseToken(token) {
  const found = CLAIM.exec(token);
  if (found === null) return null;
  const dot = token.lastIndexOf('.');
  return {
    id: found[1],
    expires: found[2],
    letter: found[3],
    text: token.slice(0, dot),
    mac: token.slice(dot + 1),
  };
}

/** Returns what a token for this address must have been signed for; null if only the function can tell. */
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function subjectOf(letter, path, hasQuery) {
  return letter === 'k' ? keyOf(path) : addressOf(path, hasQuery);
}

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
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function inOneSpelling(path, key) {
  const parts = partsOf(path);
  return parts.before.concat(key.split('/').map(encodeURIComponent).join('/'), parts.after);
}

/**
 * Returns the address as the function sees it, if its URL parser changes nothing. Its original query is not
 * available here.
 */
function addressOf(path, hasQuery) {
  const isPlain = /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$/.test(path) && !/\/(\.|%2e){1,2}(\/|$)/i.test(path);
  return isPlain && !hasQuery ? path : null;
}

/** Compares all characters, wherever they differ: the runtime has no comparison in constant time of its own. */
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function isSame(given, expected) {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) difference |= given.charCodeAt(i) ^ expected.charCodeAt(i);
  return difference === 0;
}
