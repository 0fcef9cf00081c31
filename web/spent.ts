import type { Answered } from '../functions/stream/base/prices.ts';
import { costOf, dollars } from './cost.ts';
import { elements } from './elements.ts';

/** One vCPU in Lambda. */
const USUAL_MEGABYTES = 1769;
/** Less of a film says little about all of it. */
const LEAST_SHARE = 0.01;

let memoryGigabytes = USUAL_MEGABYTES / 1024;

/** Tells the memory of the function; null if nobody knows. */
export function countWith(memoryMegabytes: number | null): void {
  memoryGigabytes = (memoryMegabytes ?? USUAL_MEGABYTES) / 1024;
}

/** Shows what the answers cost, and what a thousand plays to the end would. `share` is null if nobody knows. */
export function showCost(answers: readonly Answered[], share: number | null): void {
  if (answers.length === 0) {
    hideCost();
    return;
  }
  const cost = costOf(answers, memoryGigabytes);
  elements.cost.textContent = dollars(cost);
  const isTelling = share !== null && share >= LEAST_SHARE;
  elements.costOfPlays.textContent = isTelling ? `about ${dollars((cost / share) * 1000)}` : '–';
}

export function hideCost(): void {
  elements.cost.textContent = '–';
  elements.costOfPlays.textContent = '–';
}
