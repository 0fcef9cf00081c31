import type { Faults } from '../fake-service.ts';
import { addressFaults } from './addresses.ts';
import { corsFaults } from './cors.ts';
import { emptyBodyFaults } from './empty-bodies.ts';
import { largeBodyFaults, transcodeFaults } from './long-bodies.ts';
import { rangeFaults } from './ranges.ts';
import { serviceFaults } from './service.ts';

/** All faults of a service. */
export const FAULTS: Faults = [
  ...rangeFaults,
  ...emptyBodyFaults,
  ...addressFaults,
  ...serviceFaults,
  ...transcodeFaults,
  ...largeBodyFaults,
  ...corsFaults,
];
