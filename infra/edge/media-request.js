/* global TYPES, cf */
// CloudFront Function on the requests of /media/*. The function's origin answers them all, except those for the plain
// bytes of media: these come from the bucket, which knows ranges. Whatever the function treats in a way of its own
// (parameters, other methods, keys that it refuses or does not show inline) stays with the function.
// Runtime 2.0 has no destructuring, no for-of and no optional chaining.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  const path = bucketPath(request);
  if (path === null) return request;
  request.uri = path;
  cf.selectRequestOriginById('bucket');
  return request;
}

/** The object's path in the bucket; null where the function has to answer. */
function bucketPath(request) {
  if (request.method !== 'GET' && request.method !== 'HEAD') return null;
  if (Object.keys(request.querystring).length > 0) return null;
  const encoded = /^\/media(\/[\x21-\x7e]{1,1024})$/.exec(request.uri);
  if (encoded === null) return null;
  let key = '';
  try {
    key = decodeURIComponent(encoded[1]);
  } catch (_) {
    return null;
  }
  // What looks encoded still after one decoding is for the function to judge.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f\\%]/.test(key) || /\/(\.{0,2}\/|\.{0,2}$)/.test(key)) return null;
  // Written plainly, so that the type which media-response reads from the address is that of the key.
  const extension = /\.([a-z0-9]{1,5})$/i.exec(encoded[1]);
  if (extension === null || TYPES[extension[1].toLowerCase()] === undefined) return null;
  // S3 reads a plus sign in a path as a space.
  return encoded[1].replace(/\+/g, '%2B');
}
