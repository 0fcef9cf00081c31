/* global TYPES, IS_SIGNED */
// CloudFront Function on the answers of /media/* below 400: an object from the bucket is told as the function would
// tell it, and not by what somebody stored with it.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const response = event.response;
  const headers = response.headers;
  // It comes from the function itself.
  if (headers['sluice-plan'] !== undefined) return response;
  const extension = /\.([a-z0-9]{1,5})$/i.exec(event.request.uri);
  const type = extension === null ? undefined : TYPES[extension[1].toLowerCase()];
  if (type !== undefined && headers['content-type'] !== undefined) headers['content-type'].value = type;
  delete headers['content-disposition'];
  // What one viewer was let in to see is not for a cache that others read from.
  if (IS_SIGNED) {
    const stored = headers['cache-control'];
    const age = stored === undefined ? null : /(?:^|[\s,])(max-age=\d{1,9})/i.exec(stored.value);
    headers['cache-control'] = { value: age === null ? 'private' : ['private', age[1]].join(', ') };
  }
  const names = Object.keys(headers);
  for (let i = 0; i < names.length; i++) {
    if (/^x-amz-(meta|server|version|storage|replication|expiration)/.test(names[i]))
      delete headers[names[i]];
  }
  return response;
}
