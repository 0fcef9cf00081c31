/* global IS_ENCRYPTED, REFUSALS, ORIGINS, cf, crypto, bucketPath, ownNames, isShareable, reduceAccept, TOKEN_HEADER, parseToken, subjectOf, inOneSpelling, isSame */
// CloudFront Function on all requests if addresses are signed. It refuses what it can, and sends to the bucket and to
// the cache only what it has checked itself. Everything else goes to the function, which checks every token again: also
// tokens of a key that the store does not have yet, and all requests if this code should ever not run.
// Runtime 2.0 has no destructuring, no for-of and no optional chaining.

const keys = cf.kvs();

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
async function handler(event) {
  const request = event.request;
  // Only this code may set the header, which the function trusts.
  delete request.headers[TOKEN_HEADER];
  // A preflight has no data of anybody, and no token if a page asks for a playlist's neighbour.
  if (request.method === 'OPTIONS') return request;
  const split = /^\/~([^/]*)(\/.*)$/.exec(request.uri);
  if (split === null) return isOpen(request.uri) ? request : refuse(event, 'unsigned');
  const claim = parseToken(split[1]);
  if (claim === null) return refuse(event, 'bad-signature');
  const own = ownNames(request.querystring);
  const hasQuery = own === null || own.length > 0;
  const subject = subjectOf(claim.letter, split[2], hasQuery);
  if (subject === null) return request;
  let secret = '';
  try {
    secret = await keys.get(claim.id);
  } catch (_) {
    return request;
  }
  const signed = ['sluice-1', claim.text, subject].join('\n');
  const mac = crypto.createHmac('sha256', secret).update(signed).digest('base64url');
  if (!isSame(claim.mac, mac)) return refuse(event, 'bad-signature');
  if (Number(claim.expires) * 1000 <= Date.now()) return refuse(event, 'expired');
  if (claim.letter === 'k' && isShareable(split[2], subject, own, request.querystring)) {
    reduceAccept(request, split[2]);
    // A client that passed may have it from the cache, whose key has no token. What the cache lacks is
    // fetched with one.
    request.uri = inOneSpelling(split[2], subject);
    request.headers[TOKEN_HEADER] = { value: split[1] };
    return request;
  }
  const path = IS_ENCRYPTED ? null : bucketPath(request.method, split[2], hasQuery);
  if (path === null) return request;
  // Without the token and what others have added, so that all clients share one copy in the cache.
  request.uri = path;
  request.querystring = {};
  cf.selectRequestOriginById('bucket');
  return request;
}

/** None of them says anything about media. */
function isOpen(path) {
  return /^\/(health|openapi\.json|llms\.txt|assets\/[^/]*)$/.test(path);
}

/** Refuses as the function does. */
function refuse(event, type) {
  const headers = {
    'content-type': { value: 'application/problem+json' },
    'cache-control': { value: 'no-store' },
    'x-content-type-options': { value: 'nosniff' },
    'x-request-id': { value: event.context.requestId },
  };
  const asked = event.request.headers.origin;
  if (ORIGINS.length > 0 && ORIGINS[0] !== '*') headers.vary = { value: 'Origin' };
  if (ORIGINS.indexOf('*') >= 0) headers['access-control-allow-origin'] = { value: '*' };
  else if (asked !== undefined && ORIGINS.indexOf(asked.value) >= 0)
    headers['access-control-allow-origin'] = { value: asked.value };
  const problem = Object.assign({}, REFUSALS[type], { requestId: event.context.requestId });
  return { statusCode: 403, statusDescription: 'Forbidden', headers: headers, body: JSON.stringify(problem) };
}
