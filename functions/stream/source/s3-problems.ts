import { forbidden, notFound, Problem, sourceChanged, sourceUnavailable } from '../base/problem.ts';
import { unlessAborted } from './unless-aborted.ts';

/**
 * Rejects with a `Problem`, and with the signal at once, where the SDK would first sit out the pause between two of its
 * attempts.
 */
export async function attempt<T>(sent: Promise<T>, key: string, signal: AbortSignal): Promise<T> {
  try {
    return await unlessAborted(sent, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : problemOfS3(error, key);
  }
}

/** The only place that knows the names of S3's errors. */
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

/** 403, and 400 where the object's own encryption refuses. What passes is none: time, conflict and load. */
function isOfObject(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
}

const PASSING_STATUSES = new Set([408, 409, 429]);

/** 4xx that speak of the service's own set-up or connection, not of the object. A HEAD's answer does not tell them apart. */
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

/** Of the answer that an error of the SDK tells of. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

/** The refusal of an object in an archive. */
export function archived(key: string, options?: { readonly cause: unknown }): Problem {
  return new Problem(
    'forbidden',
    `The object ${JSON.stringify(key)} is archived and must be restored in S3 before it can be read.`,
    options,
  );
}

/** Whether a conditional write was refused because of what is there, or is being written there, already. */
export function isRefusedWrite({ cause }: Problem): boolean {
  const status = statusOf(cause);
  // 404: If-Match where there is nothing any more.
  return status === 412 || status === 409 || status === 404;
}
