/** Cuts tokens out of any text. */
export function withoutSignatures(text: string): string {
  return text.replace(SIGNATURES, '…');
}

/**
 * A letter, a digit, `-` or `_`, plain or percent-encoded any number of times: each form may have been
 * accepted.
 */
const WORD = String.raw`(?:[\w-]|%(?:25)*(?:2[dD]|5[fF]|3\d|[46][1-9a-fA-F]|[57][\daA]))`;
const DOT = String.raw`(?:\.|%(?:25)*2[eE])`;
const SCOPE = '(?:[ka]|%(?:25)*6[1bB])';
const SIGNATURES = new RegExp(`(?:${WORD}|${DOT}){0,50}${SCOPE}${DOT}${WORD}{43}`, 'g');
