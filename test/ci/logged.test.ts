import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sign } from '../../functions/stream/route/sign.ts';

const LOGS = new URL('../../testing/logs-of-run.ts', import.meta.url).href;
const LOGGED = fileURLToPath(new URL('../../.ci/logged', import.meta.url));

async function logged(...command: string[]) {
  const { SECRETS_OF_RUN: _secrets, LOGS_OF_RUN: _logs, ...env } = process.env;
  const child = spawn(LOGGED, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, code };
}

const print = (line: string) => logged('printf', 'all is well\n%s\nthe end\n', line);

describe('the check of the log of a CI run', function () {
  this.timeout(60_000);
  const token = sign({ id: 'main', secret: 'x'.repeat(32) }, { kind: 'key', key: 'a' }, 4_000_000_000);
  const PLANTED: [what: string, line: string][] = [
    ['a token', `GET /~${token}/media/a`],
    ['an encoded token', `GET /media/~${token.replaceAll('.', '%2E').replaceAll('-', '%2d')}`],
    ['a token that is encoded twice', token.replaceAll('.', '%252e')],
    ['the end of a token', token.slice(token.indexOf('.k.'))],
    ['a presigned query', `https://store.example/a?X-Amz-Expires=60&X-Amz-Signature=${'0a'.repeat(32)}`],
    ['an encoded presigned query', 'next=a%3FX-Amz-Credential%3DAK%2F20261124'],
    ['a signed header', `authorization: AWS4-HMAC-SHA256 Credential=${'K'.repeat(20)}/20261124/r/s3`],
    ['an access key', `as ${['AK', 'IA'].join('')}${'Q'.repeat(16)}`],
    ['a secret in a setting', `AWS_SECRET_ACCESS_KEY=${'y'.repeat(8)}`],
    ['signing keys', `{"SIGNING_KEYS":"main:${'ab12'.repeat(8)}"}`],
    ['a secret of a test', `key ${'n3w/'.repeat(11)}`],
    ['a private key', `-----BEGIN ${'PRIVATE'} KEY-----`],
  ];
  for (const [what, line] of PLANTED) {
    it(`finds ${what}, and does not repeat it`, async () => {
      const { code, stderr } = await print(line);
      expect(code).to.equal(1);
      expect(stderr).to.match(/^Line 2 of the log holds a/);
      expect(stderr).not.to.include(line);
    });
  }

  it('finds what a test has created for this run alone, in either stream', async () => {
    const create = 'echo 5up3r >> "$SECRETS_OF_RUN"; echo ';
    expect((await logged('bash', '-c', `${create} it is 5up3r >&2`)).code).to.equal(1);
    expect((await logged('bash', '-c', `${create} it is not`)).code).to.equal(0);
  });

  it('finds what a service of a test has logged, which is printed nowhere', async () => {
    const keep = (text: string) => {
      const line = JSON.stringify({ source: 'function', pid: 1, text });
      const script = `import { keepForRun } from ${JSON.stringify(LOGS)}; keepForRun(${line});`;
      return logged(process.execPath, '--import', 'tsx', '--input-type=module', '--eval', script);
    };
    const { code, stdout, stderr } = await keep(`{"path":"/~${token}/media/a"}`);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^Line 1 of what services have logged holds a token/);
    expect(stdout + stderr).not.to.include(token);
    const clean = await keep('{"path":"/~…/media/a"}');
    expect(clean.code).to.equal(0);
    expect(clean.stdout).to.include('and 1 of services');
  });

  it('finds nothing in a log that tells of such things without them', async () => {
    const { code, stdout } = await print(
      '"path":"/~…/media/a.mp4" SIGNING_KEYS must be a list; https://store.example/a?X-Amz-Expires=60 ' +
        'x-amz-security-token=…&x=1 aws_secret_access_key=…',
    );
    expect(code).to.equal(0);
    expect(stdout).to.match(/Looked through 3 lines of the log and 0 of services .*: 0 found/);
  });

  it('ends as the command does, whose log is checked all the same', async () => {
    expect((await logged('bash', '-c', 'exit 7')).code).to.equal(7);
    const failed = await logged('bash', '-c', `echo ${token}; exit 7`);
    expect([failed.code, failed.stderr.includes('Line 1')]).to.deep.equal([7, true]);
  });

  it('repeats at the end what failed, for who sees no more of it', async () => {
    const run = String.raw`printf '  3 passing\n\x1b[31m  1 failing\x1b[0m\n\n  1) a film\n\n------|---\n> next\n'; exit `;
    const ends = (printed: string) =>
      printed
        .split('> next\n')
        .slice(1)
        .join('')
        .replace(/^Looked.*\n/m, '');
    expect(ends((await logged('bash', '-c', `${run} 1`)).stdout)).to.equal('  1 failing\n\n  1) a film\n\n');
    expect(ends((await logged('bash', '-c', `${run} 0`)).stdout)).to.equal('');
  });
});
