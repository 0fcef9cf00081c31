/* global HAS_TEXTS */

/** Below /hls and /dash: init segments, segments, parts and frames of trick play. */
const SEGMENTS = /^\/(hls|dash)\/.+\/[a-z0-9-]+\/((clip-)?init\.mp4|(iframe-)?(\d+-)?\d+\.m4s)$/;
/** What names all else relative to itself, and so without a token. */
const TEXTS =
  /^\/((hls|dash)\/.+\/(master\.m3u8|manifest\.mpd|chapters\.json|subtitles[\d-]*\.vtt)|(hls|storyboard)\/.+\/(index|iframes)\.m3u8|storyboard\/.+\/index\.(vtt|json)|subtitles\/.+\.vtt)$/;

/**
 * Returns whether the answer to an address of a key is the same for all holders of its tokens, so that the cache may have
 * it under a key without one. Only the function knows for how long.
 */
// biome-ignore lint/correctness/noUnusedVariables: signed-request calls it
function isShareable(path, key, own, querystring) {
  // An index with absolute addresses has the token of whoever asks in them.
  if (own === null || own.indexOf('absolute') >= 0) return false;
  // The function judges a key that can be read in two ways.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f\\%]/.test(key) || /(^|\/)\.{1,2}(\/|$)/.test(key)) return false;
  const version = querystring.v;
  if (version === undefined) return HAS_TEXTS && TEXTS.test(path);
  if (version.multiValue !== undefined || !/^[\w-]{1,64}$/.test(version.value)) return false;
  return /^\/(image|waveform|storyboard)\//.test(path) || (own.length === 1 && SEGMENTS.test(path));
}
