import { expect } from 'chai';
import { chooseWire } from '../../../functions/stream/export/api/wire.ts';

const event = { id: '1-0-1-0-0', name: 'queued' as const, data: { of: 'two\nlines' } };

describe('the format of events', () => {
  const table = [
    [null, 'text/event-stream'],
    ['', 'text/event-stream'],
    ['*/*', 'text/event-stream'],
    ['text/event-stream', 'text/event-stream'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['application/ndjson, */*;q=0.1', 'application/x-ndjson'],
    ['application/x-ndjson;q=0.5, text/event-stream', 'text/event-stream'],
    ['text/html', null],
    ['application/json', null],
    ['text/event-stream;q=0', null],
  ] as const;
  for (const [accept, contentType] of table) {
    it(`for Accept ${JSON.stringify(accept)}: ${contentType ?? 'none'}`, () => {
      if (contentType === null) expect(() => chooseWire(accept)).to.throw('text/event-stream');
      else expect(chooseWire(accept).contentType).to.equal(contentType);
    });
  }

  it('begins with padding that leaves Lambda at once and is no event', () => {
    const { opening } = chooseWire(null);
    expect(opening.length).to.be.above(16 * 1024);
    const lines = opening.split(/\r\n|\r|\n/).filter((line) => line !== '' && !line.startsWith(':'));
    expect(lines).to.deep.equal(['retry: 1000']);
    const json = chooseWire('application/x-ndjson').opening;
    expect(json.length).to.be.above(16 * 1024);
    expect(JSON.parse(json)).to.deep.equal({ event: 'opened' });
  });

  it('asks a client to reconnect at once after a long answer, and later while it waits', () => {
    const [stream, lines] = [chooseWire(null), chooseWire('application/x-ndjson')];
    expect([stream.soon, stream.later]).to.deep.equal(['retry: 250\n\n', 'retry: 5000\n\n']);
    const seconds = [lines.soon, lines.later].map((line) => JSON.parse(line).retrySeconds);
    expect(seconds).to.deep.equal([0.25, 5]);
  });

  it('writes a line of data or of JSON', () => {
    expect(chooseWire(null).write(event)).to.equal(
      'id: 1-0-1-0-0\nevent: queued\ndata: {"of":"two\\nlines"}\n\n',
    );
    const line = chooseWire('application/x-ndjson').write(event);
    expect(line.endsWith('\n')).to.equal(true);
    expect(JSON.parse(line)).to.deep.equal({ event: 'queued', id: '1-0-1-0-0', of: 'two\nlines' });
  });
});
