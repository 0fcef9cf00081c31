/* global cf, bucketPath, ownNames */
// CloudFront Function on the requests of /media/* where everybody may ask. The function's origin answers them all,
// except those for the plain bytes of media: these come from the bucket, which knows ranges.
// Runtime 2.0 has no destructuring, no for-of and no optional chaining.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  const own = ownNames(request.querystring);
  const path = bucketPath(request.method, request.uri, own === null || own.length > 0);
  if (path === null) return request;
  request.uri = path;
  // What others have added is neither the bucket's business nor that of the cache.
  request.querystring = {};
  cf.selectRequestOriginById('bucket');
  return request;
}
