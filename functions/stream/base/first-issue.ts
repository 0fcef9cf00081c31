import * as v from 'valibot';

/** What is wrong with a value that a schema refused, after its name: `height must be …`. */
export function firstIssue(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): {
  readonly name: string;
  readonly message: string;
} {
  const [issue] = issues;
  return { name: v.getDotPath(issue) ?? '?', message: issue.message };
}
