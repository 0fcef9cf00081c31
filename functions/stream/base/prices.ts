/**
 * What AWS bills for in us-east-1, in dollars: the first price tier, free tiers not deducted. docs/cost.md explains them,
 * and test/web/cost.test.ts compares both.
 */
export const PRICES = {
  perGigabyteSecond: { arm64: 0.0000133334, x64: 0.0000166667 },
  perMillionRequests: 0.2,
  /** Of each response, beyond `FREE_RESPONSE_BYTES`. */
  perStreamedGigabyte: 0.008,
  perMillionReads: 0.4,
  perSentGigabyte: 0.09,
} as const;

/** Returns what a GB-second costs on a processor, by Node's name for it or AWS's. */
export function gigabyteSecondPrice(architecture: string): number {
  return PRICES.perGigabyteSecond[architecture === 'arm64' ? 'arm64' : 'x64'];
}

const FREE_RESPONSE_BYTES = 6_000_000;

export type FunctionPrice = {
  readonly memoryGigabytes: number;
  /** What a second of each of them costs. */
  readonly gigabyteSecond: number;
  /** What a GB to a client costs; 0 behind CloudFront, which gets it for nothing and bills viewers' transfer itself. */
  readonly sentGigabyte: number;
};

/** An answer of the function: Lambda bills for as long as it streams. */
export type Answered = {
  /** From the request to the last byte. */
  readonly seconds: number;
  readonly bytes: number;
};

/** Returns dollars: the duration, the request and the transfer of one answer, without what it read of S3. */
export function costOfAnswer(
  { seconds, bytes }: Answered,
  { memoryGigabytes, gigabyteSecond, sentGigabyte }: FunctionPrice,
): number {
  const duration = seconds * memoryGigabytes * gigabyteSecond;
  const beyond = (Math.max(0, bytes - FREE_RESPONSE_BYTES) / 1e9) * PRICES.perStreamedGigabyte;
  return duration + PRICES.perMillionRequests / 1e6 + beyond + (bytes / 1e9) * sentGigabyte;
}
