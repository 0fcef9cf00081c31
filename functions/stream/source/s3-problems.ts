import { unlessAborted } from '../base/abort.ts';
import { forbidden, notFound, Problem, sourceChanged, sourceUnavailable } from '../base/problem.ts';

/**
 * Rejects with a `Problem`, or with the signal's reason at once: the SDK would first wait out the pause
 * between two attempts.
 */
export async function attempt<T>(sent: Promise<T>, key: string, signal: AbortSignal): Promise<T> {
  try {
    return await unlessAborted(sent, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : problemOfS3(error, key);
  }
}

/** Maps S3's errors; no other place knows their names. */
export function problemOfS3(error: unknown, key: string): Problem {
  if (error instanceof Problem) return error;
  const options = { cause: error };
  const name = error instanceof Error ? error.name : '';
  if (name === 'InvalidObjectState') return archived(key, options);
  if (SETUP_ERRORS.has(name)) return sourceUnavailable(options);
  const status = statusOf(error);
  switch (status) {
    case 404:
      return notFound(key, options);
    case 412: // If-Match
    case 416: // A range of the size that was, in an object that has become smaller
      return sourceChanged(key, options);
    default:
      return isOfObject(status) ? forbidden(key, options) : sourceUnavailable(options);
  }
}

/**
 * Tells whether the object itself is refused: 403, or 400 from its own encryption. Temporary failures are
 * not: time, conflict and load.
 */
function isOfObject(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
}

const PASSING_STATUSES = new Set([408, 409, 429]);

/**
 * 4xx errors about the service's own set-up or connection, not about the object. The answer to a HEAD does
 * not tell them apart.
 */
const SETUP_ERRORS = new Set([
  'NoSuchBucket',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'AuthorizationHeaderMalformed',
  'RequestTimeout',
]);

/** Returns the status of the response that an SDK error reports. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

/** Refuses an object in an archive. */
export function archived(key: string, options?: { readonly cause: unknown }): Problem {
  return new Problem(
    'forbidden',
    `The object ${JSON.stringify(key)} is archived and must be restored in S3 before it can be read.`,
    options,
  );
}

/** Tells whether a conditional write was refused because the object exists already or is being written. */
export function isRefusedWrite({ cause }: Problem): boolean {
  const status = statusOf(cause);
  // 404: If-Match for an object that is gone.
  return status === 412 || status === 409 || status === 404;
}
