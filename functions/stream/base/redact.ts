import { withoutSignatures } from './signatures.ts';

const HIDDEN: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // Endpoints, presigned queries, the loopback reader's address.
  [/\b([a-z][a-z0-9+.-]{1,15}):\/\/[^\s'"<>)\]]+/gi, '$1://…'],
  // Hosts and addresses, as Node names them when a connection fails.
  [/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL) [^\s;,]+/g, '$1 …'],
  [/\b(Host: |DNS:|IP Address:)[^\s,;]+/g, '$1…'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '…'],
  [/(?:[\w-]{1,63}\.){1,10}(?:[\w-]{1,63}:\d{2,5}\b|amazonaws\.com(?:\.cn)?(?::\d{1,5})?)/gi, '…'],
  [/\b((?:endpoint|hostname)["']?\s{0,9}[:=]\s{0,9}["']?)[^\s"',;}]+/gi, '$1…'],
  // Credentials, as requests, settings and S3's answers have them.
  [
    /\b((?:X-Amz-[a-z-]{1,40}|AWSAccessKeyId|Credential|Signature|(?:aws_)?(?:secret_?access_?key|session_?token))(?:["']?\s{0,9}[:=]\s{0,9}["']?|%(?:25)*3d))[^\s&"',;}]+/gi,
    '$1…',
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '…'],
];

/**
 * Returns a text for the log without hosts, addresses, credentials and tokens, which readers of the log must
 * not learn.
 */
export function redact(text: string): string {
  return withoutSignatures(HIDDEN.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text));
}

/** Redacts every text in the fields for the log, at any depth. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactValue(value)]));
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (value instanceof Error) return redact(String(value));
  if (Array.isArray(value)) return value.map(redactValue);
  return typeof value === 'object' && value !== null ? redactFields({ ...value }) : value;
}
