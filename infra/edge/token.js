/* global CLAIM */

/** What a token claims; null for what no key can have made. */
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

/** What such a token must have been made for if it is to open this address; null where only the function can tell. */
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function subjectOf(letter, path, hasQuery) {
  return letter === 'k' ? keyOf(path) : addressOf(path, hasQuery);
}

function keyOf(path) {
  const found = /^\/(media|stream|info|export|made|hls|dash)\/([\x21-\x7e]{1,3072})$/.exec(path);
  if (found === null) return null;
  let encoded = found[2];
  if (found[1] === 'hls' || found[1] === 'dash' || found[1] === 'made') {
    const parts = encoded.split('/');
    const entry = found[1] === 'hls' ? 'master.m3u8' : 'manifest.mpd';
    // Behind the key there is one name of what was made, a playlist of all, or a rendition and what is of it.
    const names = found[1] === 'made' || parts[parts.length - 1] === entry ? 1 : 2;
    if (parts.length <= names) return null;
    encoded = parts.slice(0, parts.length - names).join('/');
  }
  try {
    return decodeURIComponent(encoded);
  } catch (_) {
    return null;
  }
}

/** The address as the function sees it, where its URL parser changes nothing. Its own query is not to be had here as it was sent. */
function addressOf(path, hasQuery) {
  const isPlain = /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$/.test(path) && !/\/(\.|%2e){1,2}(\/|$)/i.test(path);
  return isPlain && !hasQuery ? path : null;
}

/** Looks at all characters, wherever they differ: the runtime has no comparison in constant time of its own. */
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function isSame(given, made) {
  let difference = given.length ^ made.length;
  for (let i = 0; i < made.length; i++) difference |= given.charCodeAt(i) ^ made.charCodeAt(i);
  return difference === 0;
}
