/* global TYPES */
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
  const names = Object.keys(headers);
  for (let i = 0; i < names.length; i++) {
    if (/^x-amz-(meta|server|version|storage|replication|expiration)/.test(names[i]))
      delete headers[names[i]];
  }
  return response;
}
