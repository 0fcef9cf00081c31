import { Problem } from '../base/problem.ts';

export const unsigned = () => new Problem('unsigned', 'This address must be signed: /~{token}/… opens it.');

export const keyUnsigned = () =>
  new Problem(
    'unsigned',
    'An export ends with another address, which a token for this one alone does not open: sign the key instead.',
  );

/** The public sentence is the same for all; the log has the cause. */
export const badSignature = (cause: string) =>
  new Problem(
    'bad-signature',
    'The signature does not hold: it was made for another address or with another key, or was damaged on its way.',
    { cause: new Error(cause) },
  );

export const expired = () => new Problem('expired', 'The signature of this address has expired.');
