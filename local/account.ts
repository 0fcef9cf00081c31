/** In AWS a function always has a region and the credentials of its role; here nobody checks them. */
const NO_ACCOUNT = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** Adds an account to the variables of a function, unless they name one. */
export function withAccount(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...(hasAwsSettings(environment) ? {} : NO_ACCOUNT), ...environment };
}

/** Returns whether the SDK is told where its credentials are. */
function hasAwsSettings(environment: Readonly<Record<string, string>>): boolean {
  return Object.keys(environment).some((name) => /^(AWS_(?!SDK_|LAMBDA_)|HOME$)/.test(name));
}
