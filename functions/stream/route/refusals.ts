import { Problem } from '../http/problem.ts';

export const unsigned = () => new Problem('unsigned', 'This address must be signed: /~{token}/… opens it.');

/** The public sentence is the same for all; the log has the cause. */
export const badSignature = (cause: string) =>
  new Problem(
    'bad-signature',
    'The signature does not hold: it was made for another address or with another key, or was damaged on its way.',
    { cause: new Error(cause) },
  );

export const expired = () => new Problem('expired', 'The signature of this address has expired.');
