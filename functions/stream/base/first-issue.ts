import * as v from 'valibot';

/** Describes what is wrong with a refused value, after its name: `height must be …`. */
export function firstIssue(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): {
  readonly name: string;
  readonly message: string;
} {
  const [issue] = issues;
  return { name: v.getDotPath(issue) ?? '?', message: issue.message };
}
