import type { ParameterRoute } from './parameters.ts';

/** A kind of address. */
export type AddressForm = {
  /** Stable: client libraries call it so. */
  readonly name: string;
  /** With placeholders in braces. */
  readonly path: string;
  /** Its query. */
  readonly takes: ParameterRoute;
  readonly means: string;
  /** Media types of the answer. */
  readonly answers: readonly string[];
};
