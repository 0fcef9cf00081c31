import { appendFileSync } from 'node:fs';

/** Tells CI of secrets that were generated for this run, so that it can look for them in its log. */
export function tellSecret(...secrets: readonly string[]): void {
  const { SECRETS_OF_RUN } = process.env;
  if (SECRETS_OF_RUN) appendFileSync(SECRETS_OF_RUN, secrets.map((secret) => `${secret}\n`).join(''));
}
