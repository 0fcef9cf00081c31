import { Problem } from '../base/problem.ts';

export type RequestSize = {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
};

/** A token, a key of 1,024 bytes each of which is percent-encoded, and parameters. */
const MAX_ADDRESS_BYTES = 8_192;
/** No header that is read here is long, and cookies are not read at all. */
const MAX_HEADER_BYTES = 12_288;
/** A player's request for a license names the ids of keys; the address does, too. */
const MAX_BODY_BYTES = 8_192;

const NO_BODY = 'The request has a body, and none is read here.';

/** Throws if a request is larger than any that this service can answer. */
export function refuseOversized(
  { rawPath, rawQueryString, headers, body }: RequestSize,
  method: string,
): void {
  const address = rawPath.length + rawQueryString.length;
  if (address > MAX_ADDRESS_BYTES) {
    throw new Problem(
      'address-too-long',
      `The address has ${address} bytes, and the limit is ${MAX_ADDRESS_BYTES}.`,
    );
  }
  let bytes = 0;
  for (const [name, value = ''] of Object.entries(headers)) bytes += name.length + value.length;
  if (bytes > MAX_HEADER_BYTES) {
    throw new Problem(
      'headers-too-large',
      `The header fields have ${bytes} bytes, and the limit is ${MAX_HEADER_BYTES}.`,
    );
  }
  const most = method === 'POST' ? MAX_BODY_BYTES : 0;
  if (body !== undefined && body.length > most) {
    throw new Problem('too-large', most === 0 ? NO_BODY : `The body has more than ${most} bytes.`);
  }
}
