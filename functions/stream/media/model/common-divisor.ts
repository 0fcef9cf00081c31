/** Returns the greatest common divisor of two non-negative whole numbers; of 0 and another, that one. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
