/* global CLAIM, keyOf */

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
