import { readFileSync } from 'node:fs';
import { FUTURE_FLAGS } from 'cdktn/lib/features.js';

type Context = Readonly<Record<string, unknown>>;

/**
 * Reads the context as a CDK command line would, from `cdktf.json`, for a run without one; a command line's
 * own context in the environment (`CDKTF_CONTEXT_JSON`) takes precedence. Throws an Error with one sentence
 * if either is not JSON.
 */
export function readContext(file: string, fromEnvironment: string | undefined): Context {
  const { context = {}, targetVersions } = parse<CdkFile>(file, readFileSync(file, 'utf8'));
  const handedDown = fromEnvironment ? parse<Context>('CDKTF_CONTEXT_JSON', fromEnvironment) : {};
  return { ...(targetVersions ? { targetVersions } : {}), ...context, ...handedDown };
}

/** Returns the context without the CDK's own names: its flags and what its command line adds. */
export function withoutCdkNames(context: Context): Context {
  const isCdks = (name: string) =>
    name === 'targetVersions' || /^cdk(tf|tn)/.test(name) || name in FUTURE_FLAGS;
  return Object.fromEntries(Object.entries(context).filter(([name]) => !isCdks(name)));
}

type CdkFile = { readonly context?: Context; readonly targetVersions?: Context };

function parse<T extends object>(source: string, json: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new Error(`${source} is not valid JSON: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as T;
  throw new Error(`${source} must hold a JSON object.`);
}
