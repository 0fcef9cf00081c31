/** One statement of an IAM or resource policy, in IAM's own terms. */
export type Statement = {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Partial<Record<'Service' | 'AWS', string>>>;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** Returns the policy as the JSON that AWS takes; tokens of Terraform stay in their strings. */
export function policyDocument(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
