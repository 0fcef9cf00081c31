/* global TYPES, IS_SIGNED */
// CloudFront Function on the answers below 400 of /media/*, and of segments if addresses are signed. An object
// from the bucket gets the headers that the function would send, not those that somebody stored with it.

// Headers of S3 itself and of CloudFront. All others were stored with the object (Content-Language, Expires, a
// redirection, x-amz-meta-*), or do not concern a viewer. So was Content-Encoding, but CloudFront does not let a
// function touch it: an answer without it would be a 502.
const PASSED = [
  'accept-ranges',
  'age',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-security-policy',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'transfer-encoding',
  'vary',
  'via',
  'warning',
  'x-cache',
  'x-content-type-options',
];
/** CORS headers, by the policy of this distribution, and ids by which AWS finds a request. */
const PASSED_TOO = /^(access-control-|x-amz-(cf-|request-id$|id-2$))/;

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const response = event.response;
  const headers = response.headers;
  // It comes from the function itself, perhaps through the cache here, which may share it.
  if (headers['sluice-plan'] !== undefined) {
    const said = headers['cache-control'];
    if (IS_SIGNED && said !== undefined && !/private/.test(said.value)) said.value += ', private';
    return response;
  }
  const extension = /\.([a-z0-9]{1,5})$/i.exec(event.request.uri);
  const type = extension === null ? undefined : TYPES[extension[1].toLowerCase()];
  if (type !== undefined && headers['content-type'] !== undefined) headers['content-type'].value = type;
  // As http/caching.ts says for /media, unless an age was stored with the object: without a header browsers
  // guess, and show what was replaced or deleted.
  const stored = headers['cache-control'] === undefined ? '' : headers['cache-control'].value;
  const age = /(?:^|[\s,])(?:max-age=\d{1,9}|no-store|no-cache)/i.exec(stored);
  const said = age === null ? 'no-cache' : age[0].replace(/^[\s,]/, '');
  // What one viewer was allowed to see must not be in a cache that others read from.
  if (IS_SIGNED) headers['cache-control'] = { value: [said, 'private'].join(', ') };
  else if (age === null) headers['cache-control'] = { value: said };
  const names = Object.keys(headers);
  for (let i = 0; i < names.length; i++) {
    if (PASSED.indexOf(names[i]) < 0 && !PASSED_TOO.test(names[i])) delete headers[names[i]];
  }
  return response;
}
