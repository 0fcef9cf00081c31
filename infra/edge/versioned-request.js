/* global reduceAccept */
// CloudFront Function on the requests of /image and /waveform if everybody may call.
// Runtime 2.0 has no destructuring, no for-of and no optional chaining.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  if (request.querystring.v !== undefined) reduceAccept(request, request.uri);
  return request;
}
