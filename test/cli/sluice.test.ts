import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NO_NETWORK = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };
const KEYS = `main:${'m'.repeat(32)},old:${'o'.repeat(32)}`;

describe('npx sluice sign', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
    await writeFile(join(folder, 'keys'), `${KEYS.replace(',', '\n')}\n`);
  });
  after(() => rm(folder, { recursive: true }));

  async function run(command: string, args: string[], { keys = KEYS, input = '' } = {}) {
    const env = { PATH: process.env.PATH, HOME: folder, SIGNING_KEYS: keys, ...NO_NETWORK };
    const child = spawn(command, args, { cwd: root, env });
    child.stdin.end(input);
    const [out, err, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { out, err, exitCode };
  }
  const sluice = (args: string[], options = {}) =>
    run(process.execPath, ['cli/sluice.mjs', ...args], options);

  it('works as npx runs it, without a network', async () => {
    const { out, err, exitCode } = await run('npx', ['sluice', 'sign', 'films/a b.mp4', '--expires', '2h']);
    expect(err).to.equal('');
    expect(out).to.match(/^\/~main\.\d{10}\.k\.[\w-]{43}\/stream\/films\/a%20b\.mp4\n$/);
    expect(exitCode).to.equal(0);
  });

  it('reads the keys of a file, or of standard input', async () => {
    const file = await sluice(['sign', 'a', '--keys-file', join(folder, 'keys')], { keys: '' });
    expect(file.out).to.match(/^\/~main\./);
    const options = { keys: '', input: `piped:${'p'.repeat(32)}\n` };
    expect((await sluice(['sign', 'a', '--keys-file', '-'], options)).out).to.match(/^\/~piped\./);
  });

  it('waits for keys that come late', async () => {
    // More than a pipe holds, so that it runs empty before the keys are through.
    const input = `${'\n'.repeat(4_000_000)}late:${'l'.repeat(32)}`;
    const { out, err } = await sluice(['sign', 'a', '--keys-file', '-'], { keys: '', input });
    expect(err).to.equal('');
    expect(out).to.match(/^\/~late\./);
  });

  it('explains itself', async () => {
    for (const args of [['--help'], ['sign', '--help']]) {
      const { out, exitCode } = await sluice(args);
      expect([out.split(' KEY')[0], exitCode]).to.deep.equal(['Usage: npx sluice sign', 0]);
    }
  });

  const WRONG: [args: string[], options: object, sentence: string][] = [
    [[], {}, 'The command is one of sign, export, purge, cost, doctor; npx sluice --help explains them.'],
    [
      ['verify'],
      {},
      'The command is one of sign, export, purge, cost, doctor; npx sluice --help explains them.',
    ],
    [['sign'], {}, 'Give one KEY, or --exact ADDRESS; npx sluice sign --help explains both.'],
    [
      ['sign', 'a', '--expires', 'soon'],
      {},
      '--expires must be a number with s, m, h or d, such as 90m, up to 3650d.',
    ],
    [
      ['sign', 'a'],
      { keys: '' },
      'There is no key to sign with: set SIGNING_KEYS, or give --keys-file FILE.',
    ],
    [['sign', 'a', '--key-id', 'x'], {}, '--key-id: no key has the id "x".'],
    [['sign', 'a', '--keys-file', '/no/such'], {}, '--keys-file: "/no/such" cannot be read (ENOENT).'],
  ];
  for (const [args, options, sentence] of WRONG) {
    it(`says in one sentence what is wrong with ${JSON.stringify(args)}`, async () => {
      expect(await sluice(args, options)).to.deep.equal({ out: '', err: `${sentence}\n`, exitCode: 2 });
    });
  }
});
