import { join } from 'node:path';
import { readContext, withoutCdkNames } from './context.ts';
import { type Options, parseOptions } from './options.ts';

/**
 * Reads the options of this project: those of `cdktf.json` and over them CDKTF_CONTEXT_JSON. Throws an Error
 * with one sentence.
 */
export function readOptions(): Options {
  const file = join(import.meta.dirname, '../cdktf.json');
  return parseOptions(withoutCdkNames(readContext(file, process.env.CDKTF_CONTEXT_JSON)));
}
