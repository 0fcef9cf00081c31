import { Problem } from '../base/problem.ts';

export const unsigned = () => new Problem('unsigned', 'This address must be signed: /~{token}/… opens it.');

/** `what` begins the sentence. */
export const keyUnsigned = (what: string) =>
  new Problem(
    'unsigned',
    `${what} has another address, which a token for this one does not open: sign the key instead.`,
  );

/** The public sentence is the same for all; the log has the cause. */
export const badSignature = (cause: string) =>
  new Problem(
    'bad-signature',
    'The signature is invalid: it is for another address, of another key, or damaged.',
    { cause: new Error(cause) },
  );

export const expired = () => new Problem('expired', 'The signature of this address has expired.');
