import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { Problem } from '../../functions/stream/base/problem.ts';
import { readableOf } from '../../functions/stream/http/body.ts';
import type { FileRepresentation, LiveRepresentation } from '../../functions/stream/http/representation.ts';
import { respond } from '../../functions/stream/http/respond.ts';
import { problemOf } from '../../testing/problem.ts';

const bytes = Buffer.from('0123456789');
const limits = { maxResponseBytes: 6, maxRanges: 3 };

function file(over: Partial<FileRepresentation> = {}): FileRepresentation & { opened: number } {
  const output = {
    kind: 'file' as const,
    contentType: 'video/mp4',
    contentDisposition: null,
    etag: '"v1"',
    lastModified: new Date(0),
    sizeBytes: bytes.length,
    opened: 0,
    async open({ start, end }: { start: number; end: number }) {
      output.opened++;
      return Readable.from([bytes.subarray(start, end)], { objectMode: false });
    },
    ...over,
  };
  return output;
}

const get = (headers: Record<string, string> = {}, method = 'GET') =>
  new Request('https://sluice.example/media/a.mp4', { method, headers });

describe('respond', () => {
  it('answers the whole with its length and validators', async () => {
    const response = await respond(get(), file(), { ...limits, maxResponseBytes: 10 });
    expect(response.status).to.equal(200);
    expect(Object.fromEntries(response.headers)).to.include({
      'content-length': '10',
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      etag: '"v1"',
      'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
    });
    expect(await response.text()).to.equal('0123456789');
  });

  it('clips a range to what one response carries, with the true total', async () => {
    const response = await respond(get({ range: 'bytes=2-' }), file(), limits);
    expect(response.status).to.equal(206);
    expect(response.headers.get('content-range')).to.equal('bytes 2-7/10');
    expect(response.headers.get('content-length')).to.equal('6');
    expect(await response.text()).to.equal('234567');
  });

  it('redirects to the store for more than one response carries, and opens nothing', async () => {
    const subject = file({ redirect: async () => 'https://store.example/a?signed' });
    const response = await respond(get({ range: 'bytes=0-' }), subject, limits);
    expect(response.status).to.equal(307);
    expect(response.headers.get('location')).to.equal('https://store.example/a?signed');
    expect(subject.opened).to.equal(0);
  });

  it('reports the size to HEAD in a way that survives a Function URL, but not for a range', async () => {
    const ranges = [{}, { range: 'bytes=0-1' }].map(async (headers) =>
      (await respond(get(headers, 'HEAD'), file(), limits)).headers.get('content-range'),
    );
    expect(await Promise.all(ranges)).to.deep.equal(['bytes 0-9/10', null]);
    const empty = await respond(get({}, 'HEAD'), file({ sizeBytes: 0 }), limits);
    expect(empty.headers.get('content-range')).to.equal(null);
  });

  const WHOLES: [headers: Record<string, string>, method: string, status: number, why: string][] = [
    [{}, 'GET', 307, 'by a program'],
    [{ 'sec-fetch-dest': 'document' }, 'GET', 307, 'by a browser that follows a link'],
    [{ range: 'bytes=0-' }, 'GET', 206, 'by a player'],
    [{ range: 'bytes=0-', 'if-range': '"v0"' }, 'GET', 200, 'for the rest of another version'],
    [{ range: 'lines=0-' }, 'GET', 200, 'in an unknown unit'],
    [{ origin: 'https://app.example' }, 'GET', 200, 'by a script'],
    [{ 'sec-fetch-dest': 'track' }, 'GET', 200, 'by a page, for subtitles'],
    [{ 'sec-fetch-dest': 'image' }, 'GET', 200, 'by a page, for an image'],
    [{ 'if-none-match': '"v1"' }, 'GET', 304, 'by a client that has it'],
    [{}, 'HEAD', 200, 'for its size'],
  ];
  for (const [headers, method, status, why] of WHOLES) {
    it(`answers ${status} to a request for the whole ${why}, if the store could send it`, async () => {
      const subject = file({ redirect: async () => 'https://store.example/a?signed' });
      const roomy = { ...limits, maxResponseBytes: 10, redirectsWhole: true };
      expect((await respond(get(headers, method), subject, roomy)).status).to.equal(status);
      const { redirect: _, ...alone } = subject;
      const here = await respond(get(headers, method), alone, roomy);
      expect(here.status).to.equal(status === 307 ? 200 : status);
    });
  }

  it('does not redirect a file that fits', async () => {
    const subject = file({ redirect: async () => 'https://store.example/a?signed' });
    expect((await respond(get({ range: 'bytes=4-9' }), subject, limits)).status).to.equal(206);
  });

  it('refuses the whole if it does not fit and cannot be redirected', async () => {
    expect((await problemOf(respond(get(), file(), limits))).type).to.equal('too-large');
  });

  it('ignores Range for HEAD and opens nothing, however large the object', async () => {
    const subject = file();
    const response = await respond(get({ range: 'bytes=0-1' }, 'HEAD'), subject, limits);
    expect([response.status, response.headers.get('content-length')]).to.deep.equal([200, '10']);
    expect(subject.opened).to.equal(0);
  });

  it('answers If-None-Match without opening, for files and for live answers', async () => {
    const subject = file();
    expect(
      (await respond(get({ 'if-none-match': '"v1"', range: 'bytes=0-1' }), subject, limits)).status,
    ).to.equal(304);
    expect(subject.opened).to.equal(0);
    const live: LiveRepresentation = {
      kind: 'live',
      contentType: 'video/mp4',
      etag: 'W/"x"',
      open: () => expect.fail('must not start'),
    };
    expect((await respond(get({ 'if-none-match': 'W/"x"' }), live, limits)).status).to.equal(304);
    expect((await respond(get({}, 'HEAD'), live, limits)).status).to.equal(200);
  });

  for (const [sizes, outcome] of [
    [[3, 3], 6],
    [[3, 4], 'too-large'],
    [[7], 'too-large'],
    [[3, 'source-changed'], 'source-changed'],
  ] as const) {
    it(`gives ${outcome} for a live answer of ${sizes} if one response carries 6 bytes`, async () => {
      async function* make() {
        for (const size of sizes) {
          if (typeof size === 'string') throw new Problem(size, 'It was replaced.');
          yield Buffer.alloc(size);
        }
      }
      const output = Readable.from(make(), { objectMode: false });
      const live = {
        kind: 'live' as const,
        contentType: 'video/mp4',
        etag: 'W/"x"',
        open: async () => output,
      };
      const { body } = await respond(get(), live, limits);
      const end = await buffer(readableOf(body as ReadableStream<Uint8Array>)).then(
        (bytes) => bytes.byteLength,
        (error: Problem) => error.type,
      );
      expect(end).to.equal(outcome);
      expect(output.destroyed).to.equal(true);
    });
  }

  it('names the size in a 416', async () => {
    const problem = await problemOf(respond(get({ range: 'bytes=10-' }), file(), limits));
    expect([problem.status, problem.headers['content-range']]).to.deep.equal([416, 'bytes */10']);
  });

  it('checks If-Match before Range', async () => {
    const problem = await problemOf(respond(get({ 'if-match': '"v0"', range: 'bytes=10-' }), file(), limits));
    expect(problem.status).to.equal(412);
  });

  it('refuses more ranges than the limit, and says so', async () => {
    expect((await respond(get({ range: 'bytes=0-0,2-2,4-4' }), file(), limits)).status).to.equal(206);
    const problem = await problemOf(respond(get({ range: 'bytes=0-0,2-2,4-4,6-6' }), file(), limits));
    expect([problem.type, problem.status, problem.headers['content-range']]).to.deep.equal([
      'range-not-satisfiable',
      416,
      'bytes */10',
    ]);
    expect(problem.message).to.equal('The request asks for 4 ranges, and the limit is 3 (MAX_RANGES).');
  });

  it('sends several ranges as multipart of exactly the announced length', async () => {
    const response = await respond(get({ range: 'bytes=0-1,8-9' }), file(), limits);
    expect(response.status).to.equal(206);
    const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(
      response.headers.get('content-type') ?? '',
    )?.[1];
    const text = await response.text();
    expect(text.length).to.equal(Number(response.headers.get('content-length')));
    expect(text).to.equal(
      `\r\n--${boundary}\r\ncontent-type: video/mp4\r\ncontent-range: bytes 0-1/10\r\n\r\n01` +
        `\r\n--${boundary}\r\ncontent-type: video/mp4\r\ncontent-range: bytes 8-9/10\r\n\r\n89\r\n--${boundary}--\r\n`,
    );
  });

  it('opens the first of several ranges before it answers, and closes it if nobody reads', async () => {
    const bodies: Readable[] = [];
    const subject = file({
      async open() {
        bodies.push(Readable.from([bytes.subarray(0, 2)], { objectMode: false }));
        return bodies.at(-1) ?? expect.fail();
      },
    });
    const response = await respond(get({ range: 'bytes=0-1,8-9' }), subject, limits);
    expect(bodies).to.have.length(1);
    await response.body?.cancel();
    await new Promise(setImmediate);
    expect(bodies.map(({ destroyed }) => destroyed)).to.deep.equal([true]);
  });

  it('answers with a problem if the first of several ranges cannot be opened', async () => {
    const open = () => Promise.reject(new Problem('not-found', 'It has expired.'));
    const answered = respond(get({ range: 'bytes=0-1,8-9' }), file({ open }), limits);
    expect((await problemOf(answered)).type).to.equal('not-found');
  });

  it('breaks if the first of several ranges breaks before it is read', async () => {
    const output = new Readable({ read() {} });
    const subject = file({ open: async () => output });
    const { body } = await respond(get({ range: 'bytes=0-1,8-9' }), subject, limits);
    output.destroy(new Problem('source-changed', 'It was replaced.'));
    await new Promise(setImmediate);
    const read = buffer(readableOf(body as ReadableStream<Uint8Array>));
    expect((await problemOf(read)).type).to.equal('source-changed');
  });

  const LATER: readonly [headers: Record<string, string>, outcome: number | string][] = [
    [{}, 200],
    [{ range: 'bytes=0-' }, 200],
    [{ range: 'bytes=0-1' }, 200],
    [{ range: 'bytes=00-5,9-' }, 200],
    [{ range: 'frames=3-' }, 200],
    [{ range: 'bytes=3-' }, 'being-made'],
    [{ range: 'BYTES= 3-4' }, 'being-made'],
    [{ range: 'bytes=10-,0-1' }, 'being-made'],
    [{ range: 'bytes=-3' }, 'being-made'],
    // No tag matches output that is being produced, so that the client has asked for the whole (RFC 9110
    // §13.1.5).
    [{ range: 'bytes=3-', 'if-range': 'W/"x"' }, 200],
  ];
  for (const [headers, outcome] of LATER) {
    it(`answers ${JSON.stringify(headers)} with ${outcome} for live output`, async () => {
      let opened = 0;
      const open = async () => {
        opened++;
        return Readable.from([bytes], { objectMode: false });
      };
      const live: LiveRepresentation = { kind: 'live', contentType: 'video/mp4', etag: 'W/"x"', open };
      const answered = respond(get(headers), live, limits).then(({ status }) => status);
      const got = await answered.catch((problem: Problem) => problem.type);
      expect([got, opened]).to.deep.equal([outcome, outcome === 200 ? 1 : 0]);
    });
  }
});

describe('respond, for live output of a known length', () => {
  const counted = (output: Buffer = bytes): LiveRepresentation & { readonly streams: Readable[] } => {
    const streams: Readable[] = [];
    return {
      kind: 'live',
      contentType: 'audio/wav',
      etag: 'W/"x"',
      sizeBytes: bytes.length,
      streams,
      async open() {
        // In chunks whose bounds are not those of any range.
        const stream = Readable.from([output.subarray(0, 4), output.subarray(4)], { objectMode: false });
        streams.push(stream);
        return stream;
      },
    };
  };
  const roomy = { maxResponseBytes: 100, maxRanges: 3 };

  const TABLE: readonly [range: string | null, status: number, body: string, contentRange: string | null][] =
    [
      [null, 200, '0123456789', null],
      ['bytes=0-', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=3-5', 206, '345', 'bytes 3-5/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=1-20', 206, '123456789', 'bytes 1-9/10'],
      ['items=1-2', 200, '0123456789', null],
    ];
  for (const [range, status, body, contentRange] of TABLE) {
    it(`gives ${status} for ${range ?? 'no range'}`, async () => {
      const subject = counted();
      const response = await respond(get(range === null ? {} : { range }), subject, roomy);
      expect(response.status).to.equal(status);
      expect(response.headers.get('accept-ranges')).to.equal('bytes');
      expect(response.headers.get('content-range')).to.equal(contentRange);
      expect(response.headers.get('content-length')).to.equal(String(body.length));
      expect(await response.text()).to.equal(body);
      // The stream is destroyed with the answer.
      expect(subject.streams.every(({ destroyed }) => destroyed)).to.equal(true);
    });
  }

  it('refuses ranges outside, and several ranges, before anything is produced', async () => {
    for (const range of ['bytes=10-', 'bytes=0-1,4-5']) {
      const subject = counted();
      const answered = respond(get({ range }), subject, roomy);
      if (range === 'bytes=10-') expect((await problemOf(answered)).type).to.equal('range-not-satisfiable');
      else expect(await (await answered).text()).to.equal('0123456789');
      expect(subject.streams.length).to.equal(range === 'bytes=10-' ? 0 : 1);
    }
  });

  it('gives the whole if If-Range names an earlier version', async () => {
    const response = await respond(get({ range: 'bytes=3-', 'if-range': 'W/"x"' }), counted(), roomy);
    expect([response.status, await response.text()]).to.deep.equal([200, '0123456789']);
  });

  it('reports its length to HEAD, and produces nothing', async () => {
    const subject = counted();
    const { headers } = await respond(get({}, 'HEAD'), subject, roomy);
    expect(headers.get('content-length')).to.equal('10');
    expect(subject.streams).to.deep.equal([]);
  });
});
