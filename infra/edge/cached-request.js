/* global keyOf, inOneSpelling, reduceAccept */
// CloudFront Function on the requests of what is cached beside /media if everybody may call.
// Runtime 2.0 has no destructuring, no for-of and no optional chaining.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  const key = keyOf(request.uri);
  // A purge knows this one. What the function refuses, or may read in another way, is left to it as it is.
  if (key !== null && isTaken(key)) request.uri = inOneSpelling(request.uri, key);
  if (request.querystring.v !== undefined) reduceAccept(request, request.uri);
  return request;
}

/** Returns whether the function takes a key as it is. Escaped, a longer one may be too long for CloudFront. */
function isTaken(key) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return key.length <= 1024 && !/[\x00-\x1f\x7f\\]/.test(key) && !/(^|\/)\.{1,2}(\/|$)/.test(key);
}
