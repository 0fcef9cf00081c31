/* global NAMES, isMisspelling */

/**
 * Whether a query may have a parameter that is Sluice's own, or was meant to be: the function judges it, and all that is
 * not written plainly. What players, CDNs and campaigns add changes nothing.
 */
// biome-ignore lint/correctness/noUnusedVariables: the request functions call it
function hasOwnQuery(querystring) {
  const names = Object.keys(querystring);
  // CloudFront gives its functions a millisecond.
  if (names.length > 16) return true;
  for (let i = 0; i < names.length; i++) {
    if (!/^[\w.-]{1,64}$/.test(names[i])) return true;
    for (let j = 0; j < NAMES.length; j++) {
      if (names[i] === NAMES[j] || isMisspelling(names[i], NAMES[j])) return true;
    }
  }
  return false;
}
