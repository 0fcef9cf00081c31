import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { at, forStatus, silence } from './alter.ts';
import { json, KEY, problem, reply, TOKEN } from './fake-answers.ts';
import { type FakeService, startFakeService } from './fake-service.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('npm run smoke', () => {
  let service: FakeService;
  before(async () => {
    service = await startFakeService();
  });
  beforeEach(() => service.commit(null));
  after(() => service.close());

  async function smoke(...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'smoke/run.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
    const [out, error, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { out, error, code };
  }

  it('prints a table of what it saw, without the token, and ends with 0', async () => {
    const { out, error, code } = await smoke(`${service.origin}/~${TOKEN}/`);
    expect(error).to.equal('');
    expect(out).to.match(
      /^Checking http:\/\/127\.0\.0\.1:\d+ with "films\/film one\.mp4"\n\ncheck +verdict +seen/,
    );
    expect(out).to.match(/^\d+ passed, 0 failed, 3 not checked\n$/m);
    expect(out).to.not.contain(TOKEN);
    expect(code).to.equal(0);
  });

  it('ends with 1 if a check failed, and says which', async () => {
    service.commit(forStatus(416, (right) => ({ ...right, status: 500 })));
    const { out, code } = await smoke(service.origin, '--token', TOKEN, '--json');
    const { failed, checks, key } = JSON.parse(out);
    expect([failed, key]).to.deep.equal([1, KEY]);
    expect(checks.find(({ verdict }: { verdict: string }) => verdict === 'failed')).to.include({
      check: '416',
    });
    expect(out).to.not.contain(TOKEN);
    expect(code).to.equal(1);
  });

  it('says in one sentence that --key is missing if nothing is listed', async () => {
    for (const answer of [() => json({ media: [] }), () => reply(200, [], Buffer.from('<html>'))]) {
      service.commit(at(`${TOKEN}/`, (right, ask) => (ask.target.endsWith('/') ? answer() : right)));
      const { out, error, code } = await smoke(service.origin, '--token', TOKEN);
      expect(error).to.equal('The service lists no media (setting PLAYER_PAGE): name one with --key.\n');
      expect([out, code]).to.deep.equal(['', 2]);
    }
  });

  it('says in one sentence that the token is missing', async () => {
    service.commit((ask) => problem(ask, 403, 'forbidden'));
    const { error, code } = await smoke(service.origin);
    expect(error).to.equal('The service answers 403: name the token of a signed address with --token.\n');
    expect(code).to.equal(2);
  });

  it('says in one sentence that nobody is there', async () => {
    const gone = await startFakeService();
    await gone.close();
    const { error, code } = await smoke(gone.origin);
    expect(error).to.match(/^http:\/\/127\.0\.0\.1:\d+ does not answer: connect ECONNREFUSED .*\.\n$/);
    expect(code).to.equal(1);
  });

  it('says in one sentence that nothing comes', async () => {
    service.commit(at('/health', silence));
    const { error, code } = await smoke(service.origin, '--timeout', '1');
    expect(error).to.match(/^http:\/\/127\.0\.0\.1:\d+ does not answer: nothing came within 1 seconds\.\n$/);
    expect(code).to.equal(1);
  });

  it('says in one sentence what is wrong with an option', async () => {
    const { error, code } = await smoke('localhost:8080');
    expect(error).to.match(/^"localhost:8080" is not the URL of a service: .*\n$/);
    expect(code).to.equal(2);
  });

  it('explains itself', async () => {
    const { out, code } = await smoke('--help');
    expect(out).to.match(/^Usage: npm run smoke -- URL \[--key KEY\]/);
    expect(code).to.equal(0);
  });
});
