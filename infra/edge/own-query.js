/* global NAMES, isMisspelling */

/**
 * Returns the parameters of a query that are Sluice's own; null if the function has to judge: for a misspelt one, or one
 * that is escaped. Parameters that players, CDNs and campaigns add change nothing.
 */
// biome-ignore lint/correctness/noUnusedVariables: the request functions call it
function ownNames(querystring) {
  const names = Object.keys(querystring);
  // CloudFront gives its functions a millisecond.
  if (names.length > 16) return null;
  const own = [];
  for (let i = 0; i < names.length; i++) {
    if (!/^[\w.-]{1,64}$/.test(names[i])) return null;
    for (let j = 0; j < NAMES.length; j++) {
      if (names[i] === NAMES[j]) own.push(names[i]);
      else if (isMisspelling(names[i], NAMES[j])) return null;
    }
  }
  return own;
}
