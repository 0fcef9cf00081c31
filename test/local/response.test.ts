import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ask, type Behaviours, handlersDirectory, startBehaviours, until } from './fixture.ts';

describe('the local Function URL: what the client receives', () => {
  let service: Behaviours;
  before(async () => {
    service = await startBehaviours();
  });
  after(() => service.close());

  const prelude = (value: object, path = '/prelude?body=hello', method = 'POST') => {
    const content = Buffer.from(JSON.stringify(value));
    return ask(service.url, path, { method, content, headers: { 'content-length': content.byteLength } });
  };

  it('is status, headers and cookies of the prelude, then the body in chunks', async () => {
    const answer = await prelude({
      statusCode: 206,
      headers: { 'Content-Type': 'video/mp4', 'Content-Range': 'bytes 0-4/9' },
      cookies: ['a=1; Path=/', 'b=2'],
    });
    expect(answer.status).to.equal(206);
    expect(answer.headers).to.include({
      'content-type': 'video/mp4',
      'content-range': 'bytes 0-4/9',
      'transfer-encoding': 'chunked',
    });
    expect(answer.headers['set-cookie']).to.deep.equal(['a=1; Path=/', 'b=2']);
    expect(answer.body.toString()).to.equal('hello');
  });

  it('has the function’s Content-Length under another name, for HEAD as well', async () => {
    for (const method of ['POST', 'HEAD']) {
      const answer = await prelude({ headers: { 'Content-Length': '5', Date: 'never' } }, undefined, method);
      expect(answer.headers).to.include({
        'x-amzn-remapped-content-length': '5',
        'x-amzn-remapped-date': 'never',
        'transfer-encoding': 'chunked',
      });
      expect(answer.headers).to.not.have.property('content-length');
      expect(answer.body.toString()).to.equal(method === 'HEAD' ? '' : 'hello');
      expect(answer.complete).to.equal(true);
    }
  });

  it('ends at once if there is no body', async () => {
    for (const statusCode of [204, 304]) {
      const answer = await prelude({ statusCode, headers: { etag: '"1"' } }, '/prelude');
      expect(answer.status).to.equal(statusCode);
      expect(answer.headers.etag).to.equal('"1"');
      expect(answer.complete).to.equal(true);
    }
  });

  it('is decoded if the function encoded it', async () => {
    const answer = await ask(service.url, '/gzip');
    expect(answer.body.toString()).to.equal('unpacked');
    expect(answer.headers).to.not.have.property('content-encoding');
  });

  it('includes NULs at the beginning of the body', async () => {
    const { body } = await ask(service.url, '/nuls');
    expect(body.toString('latin1')).to.equal(`${'\0'.repeat(20)}end`);
  });

  const faults: [path: string, log: RegExp][] = [
    ['/no-prelude', /502: the function wrote no prelude/],
    ['/bad-prelude', /502: the status code "no" is not/],
    ['/cut-prelude', /502: the response ended before its prelude was complete/],
    ['/throw-first', /502: the handler threw RangeError/],
    ['/exit-first', /502: the runtime exited \(code 3\)/],
    ['/no-such-behaviour', /502: the handler threw TypeError/],
  ];
  for (const [path, log] of faults) {
    it(`is 502 for ${path}, and the log says why`, async () => {
      const answer = await ask(service.url, path);
      expect(answer.status).to.equal(502);
      expect(JSON.parse(answer.body.toString())).to.deep.equal({ message: 'Internal Server Error' });
      expect(service.lines.filter((line) => line.startsWith('platform')).at(-1)).to.match(log);
    });
  }

  it('is a clean end after a throw in mid-body, as in AWS', async () => {
    const answer = await ask(service.url, '/throw-midway');
    expect(answer.status).to.equal(200);
    expect(answer.body.toString()).to.equal('half');
    expect(answer.complete).to.equal(true);
    expect(service.lines.join('\n')).to.match(/platform \S+ the handler threw RangeError/);
  });

  for (const path of ['/break-midway', '/exit-midway']) {
    it(`is a broken connection for ${path}, and the next request is answered`, async () => {
      const { broken } = service.counters();
      const answer = await ask(service.url, path);
      expect(answer.status).to.equal(200);
      expect(answer.complete).to.equal(false);
      await until(() => service.counters().broken === broken + 1);
      expect((await ask(service.url, '/nuls')).status).to.equal(200);
    });
  }

  it('is a reset, not an end, for a client of HTTP/1.0, which has no chunks', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write('GET /exit-midway HTTP/1.0\r\n\r\n');
    const failure = await text(socket).then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(failure).to.equal('ECONNRESET');
  });

  it('is broken off beyond the most bytes of a response, and whole up to them', async () => {
    const limited = await startBehaviours({ maxResponseBytes: 1024 * 1024 });
    const whole = await ask(limited.url, '/bytes?mib=1');
    expect(whole.body.byteLength).to.equal(1024 * 1024);
    expect(whole.complete).to.equal(true);
    const cut = await ask(limited.url, '/bytes?mib=2');
    expect(cut.complete).to.equal(false);
    await until(() =>
      limited.lines.some((line) => line.includes('the response is longer than 1048576 bytes')),
    );
    await limited.close();
  });

  it('is 504 past the deadline, or a broken connection if the body had begun', async () => {
    const hasty = await startBehaviours({ timeoutSeconds: 1 });
    const [first, midway] = await Promise.all([
      ask(hasty.url, '/hang-first'),
      ask(hasty.url, '/hang-midway'),
    ]);
    expect(first.status).to.equal(504);
    expect(first.body.toString()).to.contain('did not answer within 1 seconds');
    expect(midway.status).to.equal(200);
    expect(midway.body.toString()).to.equal('half');
    expect(midway.complete).to.equal(false);
    expect(hasty.instances()).to.deep.equal([]);
    await hasty.close();
  });

  const modules: [handler: string, log: RegExp][] = [
    ['broken.handler', /the module cannot be loaded/],
    ['missing.handler', /missing/],
    ['behaviours.nothing', /behaviours\.nothing is undefined or not exported/],
    ['behaviours.buffered', /the function wrote no prelude/],
  ];
  for (const [handler, log] of modules) {
    it(`is 502 when the handler is ${handler}`, async () => {
      const service = await startBehaviours({ handler, codeDirectory: handlersDirectory });
      const answer = await ask(service.url, '/');
      expect(answer.status).to.equal(502);
      expect(service.lines.join('\n')).to.match(log);
      await service.close();
    });
  }
});
