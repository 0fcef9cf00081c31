import { isNativeError } from 'node:util/types';
import { runInNewContext } from 'node:vm';
import { Problem } from '../../base/problem.ts';
import { MOST_TEXT_MILLISECONDS, textTooComplex } from './cue.ts';

/**
 * Runs what a library does with hostile text, and stops it when the time is up, which nothing else can do to code
 * that does not wait. Throws `unsupported-media` then, and `damaged-media` if it throws.
 */
export function boundedRun<T>(run: () => T, mostMilliseconds = MOST_TEXT_MILLISECONDS): T {
  try {
    return runInNewContext('run()', { run }, { timeout: mostMilliseconds }) as T;
  } catch (error) {
    // The error of the time limit is not an instance of this context's Error.
    if (error instanceof Problem) throw error;
    if (isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw textTooComplex({ cause: error });
    throw new Problem('damaged-media', 'The text track cannot be read.', { cause: error });
  }
}
