import { withoutSignatures } from './route/token.ts';

const HIDDEN: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // Endpoints, presigned queries, the address of the loopback reader.
  [/\b([a-z][a-z0-9+.-]{1,15}):\/\/[^\s'"<>)\]]+/gi, '$1://…'],
  // Where Node names the host or the address with which a connection failed.
  [/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL) [^\s;,]+/g, '$1 …'],
  [/\b(Host: |DNS:|IP Address:)[^\s,;]+/g, '$1…'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '…'],
  // Credentials, as requests and S3's answers have them.
  [/\b(X-Amz-[A-Za-z-]+|AWSAccessKeyId|Credential|Signature)=[^\s&"',;]+/gi, '$1=…'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '…'],
];

/** A text for the log without what is nobody's business who may read it: hosts, addresses, credentials, tokens. */
export function redact(text: string): string {
  return withoutSignatures(HIDDEN.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text));
}

/** Fields for the log, each text in them redacted. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
  );
}
