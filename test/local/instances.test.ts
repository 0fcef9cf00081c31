import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ask, type Behaviours, handlersDirectory, isAlive, open, startBehaviours, until } from './fixture.ts';

describe('the local Function URL: its instances', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-instances-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  let service: Behaviours;
  afterEach(() => service.close());

  const pidOf = async (path = '/echo') => JSON.parse((await ask(service.url, path)).body.toString()).pid;

  it('are one for a client that sends one request after the other', async () => {
    service = await startBehaviours();
    const pids = new Set<number>();
    for (let index = 0; index < 50; index += 1) pids.add(await pidOf());
    expect(pids.size).to.equal(1);
    expect(service.counters()).to.deep.equal({
      requests: 50,
      instancesStarted: 1,
      throttled: 0,
      events: 0,
      longestChain: 0,
      broken: 0,
    });
    expect(service.instances()[0]?.initMilliseconds).to.be.above(0);
  });

  it('are waited for between the end of a response and the next event', async () => {
    service = await startBehaviours();
    const first = await ask(service.url, '/linger?ms=20');
    const second = await ask(service.url, '/linger?ms=0');
    expect(second.body.toString()).to.equal(first.body.toString());
  });

  it('are not waited for much longer than that', async () => {
    service = await startBehaviours();
    const first = await ask(service.url, '/linger?ms=5000');
    const second = await ask(service.url, '/linger?ms=0');
    expect(second.body.toString()).to.not.equal(first.body.toString());
  });

  it('are waited for longer if no other may be started', async () => {
    service = await startBehaviours({ maxInstances: 1 });
    const first = await ask(service.url, '/linger?ms=800');
    const second = await ask(service.url, '/linger?ms=0');
    expect(second.body.toString()).to.equal(first.body.toString());
    expect(service.counters()).to.include({ instancesStarted: 1, throttled: 0 });
  });

  it('are as many as requests at the same time, up to the maximum, and then 429', async () => {
    service = await startBehaviours({ maxInstances: 3 });
    const release = join(directory, 'several');
    const held = await Promise.all([1, 2, 3].map(() => open(service.url, `/hold?until=${release}`)));
    expect(service.instances().filter(({ busy }) => busy)).to.have.length(3);
    const refused = await ask(service.url, '/echo');
    expect(refused.status).to.equal(429);
    expect(refused.headers['content-type']).to.equal('application/json');
    expect(JSON.parse(refused.body.toString())).to.deep.equal({
      Type: 'User',
      Reason: 'ConcurrentInvocationLimitExceeded',
      message: 'Rate exceeded: all 3 instances are busy. Try again in a moment.',
    });
    await writeFile(release, '');
    const bodies = await Promise.all(held.map((message) => text(message)));
    expect(new Set(bodies).size).to.equal(3);
    expect((await ask(service.url, '/echo')).status).to.equal(200);
    expect(service.counters()).to.include({ instancesStarted: 3, throttled: 1 });
  });

  it('are replaced when one is killed, at once even if only one may run', async () => {
    service = await startBehaviours({ maxInstances: 1 });
    const first = await pidOf();
    process.kill(first, 'SIGKILL');
    await until(() => service.instances().length === 0);
    expect(await pidOf()).to.not.equal(first);
    const broken = await ask(service.url, '/break-midway');
    expect(broken.complete).to.equal(false);
    expect((await ask(service.url, '/echo')).status).to.equal(200);
  });

  it('leave none of their children behind when they die', async () => {
    service = await startBehaviours();
    const { pid, child } = JSON.parse((await ask(service.url, '/child')).body.toString());
    expect(isAlive(child)).to.equal(true);
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(child));
  });

  it('end when they were idle for long enough', async () => {
    service = await startBehaviours({ idleInstanceSeconds: 0.05 });
    const pid = await pidOf();
    await until(() => !isAlive(pid));
    expect(service.instances()).to.deep.equal([]);
    expect((await ask(service.url, '/echo')).status).to.equal(200);
  });

  it('end with close(): idle ones, busy ones, starting ones and their children', async () => {
    service = await startBehaviours();
    const { pid, child } = JSON.parse((await ask(service.url, '/child')).body.toString());
    const busy = await open(service.url, '/hang-midway');
    const starting = ask(service.url, '/echo').catch(() => null);
    await until(() => service.counters().requests === 3);
    const pids = [pid, child, ...service.instances().map((instance) => instance.pid)];
    expect(pids).to.have.length.of.at.least(3);
    await service.close();
    await until(() => !pids.some(isAlive));
    expect(busy.complete).to.equal(false);
    await starting;
    await service.close();
  });

  for (const { when, path, waiting } of [
    {
      when: 'while they are busy',
      path: '/hang-midway',
      waiting: "await (await fetch(url + '/child')).text(); await",
    },
    { when: 'while they start', path: '/echo', waiting: 'void' },
  ])
    it(`end by themselves when the process that started them is killed ${when}`, async () => {
      service = await startBehaviours();
      const program = `
        const { startFunctionUrl } = await import(${JSON.stringify(new URL('../../local/function-url.ts', import.meta.url).href)});
        const options = { codeDirectory: ${JSON.stringify(handlersDirectory)}, handler: 'behaviours.handler' };
        const { url, instances } = await startFunctionUrl(options);
        ${waiting} fetch(url + '${path}');
        while (instances().length === 0) await new Promise(setImmediate);
        process.stdout.write(JSON.stringify(instances().map(({ pid }) => pid)), () => process.kill(process.pid, 'SIGKILL'));
      `;
      const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
        cwd: fileURLToPath(new URL('../../', import.meta.url)),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const pids: number[] = JSON.parse(await text(parent.stdout));
      expect(pids).to.have.length(1);
      await until(() => !pids.some(isAlive));
    });
});
