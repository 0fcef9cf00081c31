import { isNativeError } from 'node:util/types';
import { runInNewContext } from 'node:vm';
import { Problem, unsupported } from '../../base/problem.ts';

/** The most time of a library for one text track; a large one needs a tenth of it. */
const MOST_MILLISECONDS = 5_000;

/**
 * Runs what a library does with hostile text, and stops it when the time is up, which nothing else can do to code
 * that does not wait. Throws `unsupported-media` then, and `damaged-media` if it throws.
 */
export function boundedRun<T>(run: () => T, mostMilliseconds = MOST_MILLISECONDS): T {
  try {
    return runInNewContext('run()', { run }, { timeout: mostMilliseconds }) as T;
  } catch (error) {
    // The error of the time limit is not an instance of this context's Error.
    if (error instanceof Problem) throw error;
    if (isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw unsupported('The text track is too complex to be read.', { cause: error });
    throw new Problem('damaged-media', 'The text track cannot be read.', { cause: error });
  }
}
