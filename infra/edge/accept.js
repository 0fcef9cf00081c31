/* global acceptedImage */

/**
 * Reduces Accept to what the answer with a version depends on, so that the cache has one copy for all browsers that take
 * the same.
 */
// biome-ignore lint/correctness/noUnusedVariables: the request functions call it
function reduceAccept(request, path) {
  const sent = request.headers.accept === undefined ? '' : request.headers.accept.value;
  const format = request.querystring.format;
  const isImage = /^\/image\//.test(path);
  // Whoever names lines of JSON gets the progress of a waveform, which is not cached.
  if (!isImage && (!/^\/waveform\//.test(path) || /ndjson|jsonl/i.test(sent))) return;
  const isChosen = isImage && format !== undefined && format.value === 'auto';
  request.headers.accept = { value: isChosen ? 'image/'.concat(acceptedImage(sent)) : '*/*' };
}
