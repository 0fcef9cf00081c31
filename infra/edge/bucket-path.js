/* global EXTENSIONS */

/**
 * Returns the path in the bucket at which an address below /media lies; null if the function has to answer: parameters,
 * other methods, keys that it refuses or does not show inline.
 */
// biome-ignore lint/correctness/noUnusedVariables: the request functions call it
function bucketPath(method, path, hasQuery) {
  if (hasQuery || (method !== 'GET' && method !== 'HEAD')) return null;
  const encoded = /^\/media(\/[\x21-\x7e]{1,1024})$/.exec(path);
  if (encoded === null) return null;
  let key = '';
  try {
    key = decodeURIComponent(encoded[1]);
  } catch (_) {
    return null;
  }
  // The function judges a key that still looks encoded after one decoding.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f\\%]/.test(key) || /\/(\.{0,2}\/|\.{0,2}$)/.test(key)) return null;
  // Written without escapes, so that media-response reads the type of the key from the address.
  const extension = /\.([a-z0-9]{1,5})$/i.exec(encoded[1]);
  if (extension === null || EXTENSIONS.indexOf(extension[1].toLowerCase()) < 0) return null;
  // In one spelling, of which the cache has one copy, and a purge knows it. S3 reads a plus sign as a space.
  return key.split('/').map(encodeURIComponent).join('/');
}
