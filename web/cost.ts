import { type Answered, costOfAnswer, PRICES } from '../functions/stream/base/prices.ts';

/** Returns dollars: what some answers cost of a function with so much memory (GiB) on arm64, with one read of S3 each. */
export function costOf(answers: readonly Answered[], memoryGigabytes: number): number {
  const price = {
    memoryGigabytes,
    gigabyteSecond: PRICES.perGigabyteSecond.arm64,
    sentGigabyte: PRICES.perSentGigabyte,
  };
  return answers.reduce((sum, answer) => sum + costOfAnswer(answer, price) + PRICES.perMillionReads / 1e6, 0);
}

/** Writes dollars as far as they are worth it: `$0.0012`, `$12.40`. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0';
  const digits = amount >= 1 ? 2 : Math.min(7, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(digits)}`;
}
