import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { UNCAPPED_BYTES } from '../../local/bandwidth.ts';
import { ask, type Behaviours, open, startBehaviours, until } from './fixture.ts';

const MIB = 1024 * 1024;

describe('the local Function URL: how bytes flow', () => {
  let service: Behaviours;
  afterEach(() => service.close());

  const sentMebibytes = () => service.lines.filter((line) => line.startsWith('stdout sent')).length;

  /** Waits until the function has not sent another mebibyte for a while. */
  async function standstill(): Promise<number> {
    for (let before = -1; ; ) {
      await wait(300);
      const now = sentMebibytes();
      if (now === before) return now;
      before = now;
    }
  }

  it('as fast as the client reads: a slow one holds the function up, and no memory fills', async () => {
    service = await startBehaviours();
    const rss = process.memoryUsage().rss;
    const message = await open(service.url, '/bytes?mib=150');
    await until(() => sentMebibytes() > 0);
    // The bytes on their way are in the buffers of four sockets.
    expect(await standstill()).to.be.below(40);
    expect(process.memoryUsage().rss - rss).to.be.below(64 * MIB);
    let received = 0;
    for await (const chunk of message) received += chunk.byteLength;
    expect(received).to.equal(150 * MIB);
  });

  it('into nothing once the client has left: the function runs to its end and serves the next', async () => {
    service = await startBehaviours({ maxInstances: 1 });
    const message = await open(service.url, '/bytes?mib=60');
    message.destroy();
    await until(() => sentMebibytes() === 60);
    await until(() => service.instances()[0]?.busy === false);
    expect(service.counters()).to.deep.equal({
      requests: 1,
      instancesStarted: 1,
      throttled: 0,
      events: 0,
      longestChain: 0,
      broken: 1,
    });
    expect(service.lines.join('\n')).to.match(/^platform \S+ viewer left \/bytes$/m);
    expect((await ask(service.url, '/nuls')).complete).to.equal(true);
    expect(service.counters().instancesStarted).to.equal(1);
  });

  it('into nothing as well if the client left before the first byte', async () => {
    service = await startBehaviours({ maxInstances: 1 });
    await ask(service.url, '/nuls');
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write('GET /bytes?mib=5&wait=100 HTTP/1.1\r\nHost: localhost\r\n\r\n', () => socket.destroy());
    await until(() => sentMebibytes() === 5);
    await until(() => service.instances()[0]?.busy === false);
    expect(service.counters().instancesStarted).to.equal(1);
  });

  it('no faster than the cap after the first 6 MB', async () => {
    const bytesPerSecond = 4 * MIB;
    service = await startBehaviours({ bandwidthBytesPerSecond: bytesPerSecond });
    const startedAt = performance.now();
    const { body, complete } = await ask(service.url, '/bytes?mib=8');
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    expect(complete).to.equal(true);
    expect(body.byteLength).to.equal(8 * MIB);
    expect((body.byteLength - UNCAPPED_BYTES) / elapsedSeconds).to.be.at.most(bytesPerSecond);
  });

  it('and a capped response breaks off like any other', async () => {
    service = await startBehaviours({ bandwidthBytesPerSecond: 64 * 1024, timeoutSeconds: 1 });
    const answer = await ask(service.url, '/bytes?mib=30');
    expect(answer.status).to.equal(200);
    expect(answer.complete).to.equal(false);
    expect(answer.body.byteLength).to.be.below(30 * MIB);
  });
});
