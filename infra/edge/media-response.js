/* global TYPES, IS_SIGNED */
// CloudFront Function on the answers below 400 of /media/*, and of segments where addresses are signed: an object from the
// bucket is told as the function would tell it, and not by what somebody stored with it.

// What S3 says of an object by itself, and what CloudFront adds. All else was stored with the object by somebody
// (Content-Language, Expires, a redirection, x-amz-meta-*), or is no concern of a viewer. Content-Encoding was, too, but
// CloudFront lets nobody touch it here: an answer without it would be a 502.
const KEPT = [
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
/** Of CORS, by the policy of this distribution; and by which AWS finds a request again. */
const KEPT_TOO = /^(access-control-|x-amz-(cf-|request-id$|id-2$))/;

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const response = event.response;
  const headers = response.headers;
  // It comes from the function itself, perhaps by way of the cache here, which is the one that may share it.
  if (headers['sluice-plan'] !== undefined) {
    const said = headers['cache-control'];
    if (IS_SIGNED && said !== undefined && !/private/.test(said.value)) said.value += ', private';
    return response;
  }
  const extension = /\.([a-z0-9]{1,5})$/i.exec(event.request.uri);
  const type = extension === null ? undefined : TYPES[extension[1].toLowerCase()];
  if (type !== undefined && headers['content-type'] !== undefined) headers['content-type'].value = type;
  // As http/caching.ts has it of /media, but for an object with which an age was stored: where nothing is said, browsers
  // guess, and show what was replaced or deleted.
  const stored = headers['cache-control'] === undefined ? '' : headers['cache-control'].value;
  const age = /(?:^|[\s,])(?:max-age=\d{1,9}|no-store|no-cache)/i.exec(stored);
  const said = age === null ? 'no-cache' : age[0].replace(/^[\s,]/, '');
  // What one viewer was let in to see is not for a cache that others read from.
  if (IS_SIGNED) headers['cache-control'] = { value: [said, 'private'].join(', ') };
  else if (age === null) headers['cache-control'] = { value: said };
  const names = Object.keys(headers);
  for (let i = 0; i < names.length; i++) {
    if (KEPT.indexOf(names[i]) < 0 && !KEPT_TOO.test(names[i])) delete headers[names[i]];
  }
  return response;
}
