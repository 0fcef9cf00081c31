import { FREE_RESPONSE_BYTES, PRICES } from './prices.ts';

/** An answer of the function. */
export type Answered = {
  /** From the request to the last byte: Lambda bills for as long as it streams. */
  readonly seconds: number;
  readonly bytes: number;
};

/** Returns dollars: what some answers cost of a function with so much memory (GiB), with one read of S3 each. */
export function costOf(answers: readonly Answered[], memoryGigabytes: number): number {
  return answers.reduce((sum, { seconds, bytes }) => {
    const duration = seconds * memoryGigabytes * PRICES.perGigabyteSecond;
    const requests = (PRICES.perMillionRequests + PRICES.perMillionReads) / 1e6;
    const beyond = (Math.max(0, bytes - FREE_RESPONSE_BYTES) / 1e9) * PRICES.perStreamedGigabyte;
    return sum + duration + requests + beyond + (bytes / 1e9) * PRICES.perSentGigabyte;
  }, 0);
}

/** Writes dollars as far as they are worth it: `$0.0012`, `$12.40`. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0';
  const digits = amount >= 1 ? 2 : Math.min(7, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(digits)}`;
}
