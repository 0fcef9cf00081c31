/** Returns whether an address of a key stands for the same bytes for ever, and has no other parameters. */
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function isVersioned(path, key, own, querystring) {
  if (own === null || own.length !== 1 || own[0] !== 'v') return false;
  const version = querystring.v;
  if (version.multiValue !== undefined || !/^[\w-]{1,64}$/.test(version.value)) return false;
  // The function judges a key that can be read in two ways.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f\\%]/.test(key) || /(^|\/)\.{1,2}(\/|$)/.test(key)) return false;
  return /^\/(hls|dash)\/.+\/[a-z0-9-]+\/((clip-)?init\.mp4|(iframe-|\d+-)?\d+\.m4s)$/.test(path);
}
