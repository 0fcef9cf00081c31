/* global cf, bucketPath, ownNames */
// CloudFront Function on the requests of /media/* if everybody may call. The function's origin answers them all,
// except those for the plain bytes of media: these come from the bucket, which supports ranges.
// Runtime 2.0 has no destructuring, no for-of and no optional chaining.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  const own = ownNames(request.querystring);
  const path = bucketPath(request.method, request.uri, own === null || own.length > 0);
  if (path === null) return request;
  request.uri = path;
  // Parameters that others have added matter neither to the bucket nor to the cache.
  request.querystring = {};
  cf.selectRequestOriginById('bucket');
  return request;
}
