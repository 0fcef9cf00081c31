// Looks for what opens something in a log and in those of the services behind it, and ends with 1 where it finds any:
// `node secrets-in-log.mjs SECRETS LOG SERVICES`.
// SECRETS is a file with those of this run, one a line. What is found is not repeated.
// An ellipsis stands for what has been left out of a log (redact.ts), and is no secret.
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

// Each character of a token may be percent-encoded, once or again and again.
const WORD = String.raw`(?:[\w-]|%(?:25)*(?:2[dD]|5[fF]|3\d|[46][1-9a-fA-F]|[57][\daA]))`;
const DOT = String.raw`(?:\.|%(?:25)*2[eE])`;
const SCOPE = '(?:[ka]|%(?:25)*6[1bB])';

const KINDS = [
  ['a token of Sluice', new RegExp(`${WORD}{1,32}${DOT}${WORD}{1,10}${DOT}${SCOPE}${DOT}${WORD}{43}`)],
  ['a signature of Sluice', new RegExp(`${DOT}${SCOPE}${DOT}${WORD}{43}`)],
  ['a presigned query', /X-Amz-(Signature|Credential|Security-Token)(=|%3D)[^&\s'"…]/i],
  ['a signed header', /AWS4-HMAC-SHA256\s+Credential=|\bSignature=[0-9a-f]{64}/],
  ['an access key of AWS', /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  [
    'a secret in a setting',
    /(AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|SECRET_?KEY)["']?\s*[=:]\s*["']?[^\s"',}…]/i,
  ],
  ['a signing key', /SIGNING_KEYS["']?\s*[=:]\s*["']?[\w-]{1,32}:[^\s"',]{32}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  [
    'a secret of a test',
    /(n3w\/){4}|(01d0){4}|(s3cret){4}|([mnos])\4{31}|(0123456789abcdef){2}|(Zm9v\+\/){4}/,
  ],
];

const [secretsFile, log, services] = process.argv.slice(2);
const secrets = readFileSync(secretsFile, 'utf8')
  .split('\n')
  .filter((secret) => secret !== '');

let found = 0;
const lines = await lookThrough(log, 'the log');
const served = await lookThrough(services, 'what services have logged');
console.log(
  `Looked through ${lines} lines of the log and ${served} of services for secrets of ${KINDS.length} kinds and ${secrets.length} of this run: ${found} found.`,
);
process.exitCode = found === 0 ? 0 : 1;

async function lookThrough(file, name) {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    number += 1;
    const kinds = KINDS.filter(([, pattern]) => pattern.test(line)).map(([kind]) => kind);
    if (secrets.some((secret) => line.includes(secret))) kinds.push('a secret of this run alone');
    found += kinds.length;
    for (const kind of kinds) console.error(`Line ${number} of ${name} holds ${kind}.`);
  }
  return number;
}
