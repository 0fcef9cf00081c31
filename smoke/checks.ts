import type { Check } from './check.ts';
import {
  encodedPath,
  foreignParameter,
  invalidEscape,
  misspeltParameter,
  repeatedParameter,
  unknownKey,
} from './checks/addresses.ts';
import { crossOrigin, preflight, strangeOrigin } from './checks/cors.ts';
import { head, noContent, notModified } from './checks/empty-bodies.ts';
import { contentEncoding, lengthHeaders, repeatedHeaders } from './checks/headers.ts';
import { firstByte, health, info } from './checks/health.ts';
import { ifRange, ifRangeOther } from './checks/if-range.ts';
import { largeBody } from './checks/large-body.ts';
import { middleRange, range, rangeTotal, suffixRange, unsatisfiableRange } from './checks/ranges.ts';
import { redirect } from './checks/redirect.ts';
import { forged, signed } from './checks/signing.ts';
import { disconnect, twoAtOnce } from './checks/together.ts';
import { transcodeIsWhole, transcodeStarts } from './checks/transcode.ts';

/** Everything that is checked, in this order. */
export const CHECKS: readonly Check[] = [
  health,
  range,
  rangeTotal,
  suffixRange,
  middleRange,
  unsatisfiableRange,
  ifRange,
  head,
  notModified,
  noContent,
  redirect,
  unknownKey,
  misspeltParameter,
  foreignParameter,
  repeatedParameter,
  invalidEscape,
  encodedPath,
  lengthHeaders,
  contentEncoding,
  repeatedHeaders,
  info,
  firstByte,
  transcodeStarts,
  transcodeIsWhole,
  largeBody,
  preflight,
  crossOrigin,
  strangeOrigin,
  signed,
  forged,
  twoAtOnce,
  // The last two leave the function busy, which would affect the times of others.
  disconnect,
  ifRangeOther,
];
