import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { type RuntimeApi, startRuntimeApi } from '../../local/runtime-api.ts';
import { ask } from './fixture.ts';

const NEXT = '/2018-06-01/runtime/invocation/next';

describe('the local Runtime API', () => {
  let api: RuntimeApi;
  let taken: number;
  let reports: string[];

  beforeEach(async () => {
    [taken, reports] = [0, []];
    api = await startRuntimeApi({
      next(answer) {
        taken++;
        answer({
          requestId: 'r',
          traceId: 't',
          functionArn: 'f',
          deadline: new Date(),
          event: 'of a viewer',
        });
      },
      response: () => false,
      failure: (report) => reports.push(report),
    });
  });
  afterEach(() => api.close());

  const next = (headers: Record<string, string>) => ask(`http://${api.address}`, NEXT, { headers });

  it('gives its event to the runtime that knows the secret', async () => {
    const { status, body } = await next({ 'sluice-runtime': api.secret });
    expect([status, body.toString()]).to.deep.equal([200, '"of a viewer"']);
  });

  const STRANGERS: [what: string, headers: () => Record<string, string>][] = [
    ['nobody', () => ({})],
    ['one who guesses', () => ({ 'sluice-runtime': `${api.secret.slice(0, -1)}_` })],
    ['one who sends nothing', () => ({ 'sluice-runtime': '' })],
    ['a page whose name leads here', () => ({ 'sluice-runtime': api.secret, host: 'evil.example' })],
    ['another name of this machine', () => ({ 'sluice-runtime': api.secret, host: 'localhost' })],
  ];
  for (const [what, headers] of STRANGERS) {
    it(`gives none to ${what}`, async () => {
      expect((await next(headers())).status).to.equal(403);
      expect(taken).to.equal(0);
    });
  }

  it('takes no report of a stranger', async () => {
    const options = { method: 'POST', content: Buffer.from('broken') };
    for (const path of ['init/error', 'invocation/r/error', 'invocation/r/response']) {
      const { status } = await ask(`http://${api.address}`, `/2018-06-01/runtime/${path}`, options);
      expect(status).to.equal(403);
    }
    expect(reports).to.deep.equal([]);
  });

  it('refuses two hosts', async () => {
    const socket = connect(Number(api.address.split(':')[1]), '127.0.0.1');
    socket.end(
      `GET ${NEXT} HTTP/1.1\r\nHost: ${api.address}\r\nHost: evil.example\r\nsluice-runtime: ${api.secret}\r\nConnection: close\r\n\r\n`,
    );
    expect(await text(socket)).to.match(/^HTTP\/1\.1 40[03] /);
    expect(taken).to.equal(0);
  });
});
