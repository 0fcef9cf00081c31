/**
 * What AWS bills for in us-east-1, in dollars: the first price tier, free tiers not deducted. docs/cost.md explains them,
 * and test/web/cost.test.ts compares both.
 */
export const PRICES = {
  /** On arm64. */
  perGigabyteSecond: 0.0000133334,
  perMillionRequests: 0.2,
  /** Of each response, beyond `FREE_RESPONSE_BYTES`. */
  perStreamedGigabyte: 0.008,
  perMillionReads: 0.4,
  perSentGigabyte: 0.09,
} as const;

export const FREE_RESPONSE_BYTES = 6_000_000;
