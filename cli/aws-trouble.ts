/** What AWS calls an error: `AccessDenied`, `ResourceNotFoundException`, …. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

const NOT_TAKEN =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|InvalidToken)/;

/** Returns a sentence if nothing can be asked of AWS in this region; null if it has answered. */
export function troubleOf(error: unknown, region: string): string | null {
  const name = nameOf(error);
  if (NOT_TAKEN.test(name))
    return `AWS does not take the credentials (${name}): renew them, for example with \`aws sso login\`.`;
  if (statusOf(error) !== undefined) return null;
  const why = error instanceof Error && error.message !== '' ? error.message : name;
  return `AWS cannot be reached in ${region} (${why}).`;
}

/** The SDK notes the status of every answer. */
function statusOf(error: unknown): unknown {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : null;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
    ? metadata.httpStatusCode
    : undefined;
}
