import * as v from 'valibot';
import { firstIssue } from '../base/first-issue.ts';
import { OWN_SETTINGS, type Settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const SCHEMA = v.object(
  Object.fromEntries(Object.entries(OWN_SETTINGS).map(([name, { schema }]) => [name, schema])),
);

/** Throws an Error with one sentence that names the setting which is wrong. An empty value counts as none. */
export function readSettings(environment: Environment): Settings {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = v.safeParse(SCHEMA, present, { abortEarly: true });
  if (result.success) return result.output as Settings;
  const { name, message } = firstIssue(result.issues);
  throw new Error(`The setting ${name} ${message}.`);
}
