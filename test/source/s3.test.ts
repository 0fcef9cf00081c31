import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { createS3Client, s3Source } from '../../functions/stream/source/s3.ts';
import type { Source } from '../../functions/stream/source/source.ts';
import { problemOf } from '../../testing/problem.ts';
import { pattern } from '../../testing/sources.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const object = { key: 'film.mp4', etag: '"abc"', sizeBytes: 10, lastModified: new Date(0) };
const { signal } = new AbortController();

/** Real stores are tested with Ceph in test/contract; here are the answers that cannot be provoked there. */
describe('s3Source, by the answers of the store', () => {
  let server: Server;
  let client: S3Client;
  let source: Source;
  let handle: Handler;
  let requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];

  before(async () => {
    server = createServer((request, response) => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
      handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = createS3Client({
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
    });
    source = s3Source({ client, bucket: 'media' });
  });
  beforeEach(() => {
    requests = [];
  });
  after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  const statAndRead = async (key: string, mostBytes: number) => source.statAndRead?.(key, mostBytes, signal);

  it('continues after a thousand other keys, up to the first media', async () => {
    const page = (key: string, next: string | null) =>
      `<ListBucketResult><Contents><Key>${key}</Key><Size>1</Size></Contents>` +
      `${next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`;
    handle = ({ url = '' }, response) => {
      const at = Number(new URL(url, 'http://localhost').searchParams.get('continuation-token') ?? '0');
      response.setHeader('content-type', 'application/xml');
      response.end(page(at === 30 ? 'film.mp4' : `log-${at}.txt`, String(at + 1)));
    };
    const { media } = await source.list('', 1000, signal);
    expect(media).to.deep.equal([{ key: 'film.mp4', sizeBytes: 1 }]);
    expect(requests).to.have.length(31);
  });

  const errors: readonly [number, string, string][] = [
    [404, 'NoSuchKey', 'not-found'],
    [404, 'NoSuchBucket', 'source-unavailable'],
    [403, 'AccessDenied', 'forbidden'],
    [403, 'InvalidObjectState', 'forbidden'],
    [403, 'InvalidAccessKeyId', 'source-unavailable'],
    [403, 'SignatureDoesNotMatch', 'source-unavailable'],
    [403, 'RequestTimeTooSkewed', 'source-unavailable'],
    [400, 'ExpiredToken', 'source-unavailable'],
    [400, 'RequestTimeout', 'source-unavailable'],
    [400, 'InvalidRequest', 'forbidden'], // As for what is encrypted with a key of the customer's
    [400, 'KMS.DisabledException', 'forbidden'],
    [405, 'MethodNotAllowed', 'forbidden'],
    [408, 'Slow', 'source-unavailable'],
    [409, 'OperationAborted', 'source-unavailable'],
    [429, 'TooManyRequests', 'source-unavailable'],
    [301, 'PermanentRedirect', 'source-unavailable'],
    [412, 'PreconditionFailed', 'source-changed'],
    [416, 'InvalidRange', 'source-changed'],
    [500, 'InternalError', 'source-unavailable'],
    [503, 'SlowDown', 'source-unavailable'],
    [501, 'NotImplemented', 'source-unavailable'],
  ];
  for (const [status, code, type] of errors) {
    it(`takes ${status} ${code} of a read for ${type}, and tells nothing of the cause`, async () => {
      handle = refuse(status, code);
      const problem = await problemOf(source.read(object, { start: 0, end: 10 }, signal));
      expect(problem.type).to.equal(type);
      expect(problem.message).to.not.match(/private|127\.0\.0\.1|AKIA/);
      expect(problem.cause).to.be.instanceOf(Error);
      expect('retry-after' in problem.headers).to.equal(problem.status === 503);
    });
  }

  // The answer to HEAD has no body that could tell more than the status.
  const heads: readonly [number, string][] = [
    [404, 'not-found'],
    [403, 'forbidden'],
    [400, 'forbidden'], // An object encrypted with a key of the customer's
    [500, 'source-unavailable'],
  ];
  for (const [status, type] of heads) {
    it(`takes ${status} of a HEAD for ${type}`, async () => {
      handle = refuse(status, 'unseen');
      expect((await problemOf(source.stat('film.mp4', signal))).type).to.equal(type);
    });
  }

  const archive: readonly [string, Record<string, string>, boolean][] = [
    ['in Glacier', { 'x-amz-storage-class': 'GLACIER' }, true],
    ['in Deep Archive', { 'x-amz-storage-class': 'DEEP_ARCHIVE' }, true],
    ['archived by tiering', { 'x-amz-archive-status': 'ARCHIVE_ACCESS' }, true],
    ['being restored', { 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="true"' }, true],
    [
      'restored',
      { 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="false", expiry-date="Fri"' },
      false,
    ],
    ['in Glacier Instant Retrieval', { 'x-amz-storage-class': 'GLACIER_IR' }, false],
  ];
  for (const [what, headers, isRefused] of archive) {
    it(`${isRefused ? 'refuses' : 'reads'} an object that is ${what}`, async () => {
      handle = (_, response) =>
        response.writeHead(200, { etag: '"abc"', 'content-length': 10, ...headers }).end();
      if (!isRefused) {
        expect((await source.stat('film.mp4', signal)).sizeBytes).to.equal(10);
        return;
      }
      const problem = await problemOf(source.stat('film.mp4', signal));
      expect(problem.type).to.equal('forbidden');
      expect(problem.message).to.include('restored');
    });
  }

  it('says the same of an object that turns out to be archived when it is read', async () => {
    handle = refuse(403, 'InvalidObjectState');
    const problem = await problemOf(source.read(object, { start: 0, end: 10 }, signal));
    expect(problem.message).to.include('restored');
  });

  it('describes an object by the response with its first bytes', async () => {
    let range: string | undefined;
    handle = (request, response) => {
      range = request.headers.range;
      const headers = { etag: '"abc"', 'content-range': 'bytes 0-2/1000', 'content-length': 3 };
      response.writeHead(206, { ...headers, 'last-modified': 'Thu, 01 Jan 1970 00:00:09 GMT' }).end('abc');
    };
    const opened = await statAndRead('film.mp4', 3);
    expect(opened?.object).to.deep.equal({
      key: 'film.mp4',
      etag: '"abc"',
      sizeBytes: 1_000,
      lastModified: new Date(9_000),
    });
    expect(opened && (await buffer(opened.body)).toString()).to.equal('abc');
    expect(range).to.equal('bytes=0-2');
  });

  const beginnings: readonly [string, number, Record<string, string | number>, string][] = [
    ['no size', 206, { etag: '"abc"', 'content-length': 3 }, 'source-unavailable'],
    ['no ETag', 206, { 'content-range': 'bytes 0-2/9', 'content-length': 3 }, 'source-unavailable'],
    [
      'another range',
      206,
      { etag: '"abc"', 'content-range': 'bytes 1-3/9', 'content-length': 3 },
      'source-unavailable',
    ],
    ['the whole', 200, { etag: '"abc"', 'content-length': 3 }, 'source-unavailable'],
  ];
  for (const [what, status, headers, type] of beginnings) {
    it(`does without a beginning that comes with ${what}`, async () => {
      handle = (_, response) => response.writeHead(status, headers).end('abc');
      expect((await problemOf(statAndRead('film.mp4', 3))).type).to.equal(type);
    });
  }

  it('reports the same problems for the first bytes as for a read', async () => {
    for (const [status, code, type] of errors) {
      if (status === 416) continue;
      handle = refuse(status, code);
      expect((await problemOf(statAndRead('film.mp4', 3))).type, code).to.equal(type);
    }
  });

  it('puts the quotes around an ETag that comes without', async () => {
    handle = (_, response) => response.writeHead(200, { etag: 'abc', 'content-length': 10 }).end();
    expect((await source.stat('film.mp4', signal)).etag).to.equal('"abc"');
  });

  it('does without a store that gives no ETag, since no read of it could be pinned', async () => {
    handle = (_, response) => response.writeHead(200, { 'content-length': 10 }).end();
    expect((await problemOf(source.stat('film.mp4', signal))).type).to.equal('source-unavailable');
  });

  for (const etag of ['"a b"', '"a"b"', 'W/"a"', '"\u00e9"', '"a', '"a\tb"']) {
    it(`rejects a store whose ETag cannot be sent on: ${JSON.stringify(etag)}`, async () => {
      handle = (_, response) => response.writeHead(200, { etag, 'content-length': 10 }).end();
      expect((await problemOf(source.stat('film.mp4', signal))).type).to.equal('source-unavailable');
    });
  }

  it('asks for the range and pins the ETag, at the path of the bucket, and asks for no checksum', async () => {
    handle = (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 2-4/10', 'content-length': 3 }).end('abc');
    };
    const read = await buffer(
      await source.read({ ...object, key: 'a b/c+d.mp4' }, { start: 2, end: 5 }, signal),
    );
    expect(read.toString()).to.equal('abc');
    const [{ method, url, headers } = { method: '', url: '', headers: {} }] = requests;
    expect([method, url]).to.deep.equal(['GET', '/media/a%20b/c%2Bd.mp4?x-id=GetObject']);
    expect(headers).to.include({ range: 'bytes=2-4', 'if-match': '"abc"' });
    expect(headers).to.not.have.property('x-amz-checksum-mode');
  });

  it('is not disturbed by a checksum of the whole object', async () => {
    handle = (_, response) => {
      const headers = {
        'content-range': 'bytes 2-4/10',
        'content-length': 3,
        'x-amz-checksum-crc32': 'AAAAAA==',
      };
      response.writeHead(206, headers).end('abc');
    };
    const read = await buffer(await source.read(object, { start: 2, end: 5 }, signal));
    expect(read.toString()).to.equal('abc');
  });

  it('requests nothing for an empty range', async () => {
    expect(await buffer(await source.read(object, { start: 4, end: 4 }, signal))).to.have.length(0);
    expect(requests).to.deep.equal([]);
  });

  const wrong: readonly [string, number, Record<string, string | number>, string][] = [
    ['the whole object instead of the range', 200, { 'content-length': 10 }, '0123456789'],
    ['another range', 206, { 'content-range': 'bytes 0-2/10', 'content-length': 3 }, '012'],
    ['an object of another size', 206, { 'content-range': 'bytes 2-4/11', 'content-length': 3 }, '234'],
    ['another length', 206, { 'content-range': 'bytes 2-4/10', 'content-length': 2 }, '23'],
    ['no length', 206, { 'content-range': 'bytes 2-4/10', 'transfer-encoding': 'chunked' }, '23'],
  ];
  for (const [what, status, headers, body] of wrong) {
    it(`does not hand on ${what}`, async () => {
      handle = (_, response) => response.writeHead(status, headers).end(body);
      const problem = await problemOf(source.read(object, { start: 2, end: 5 }, signal));
      expect(problem.type).to.equal('source-unavailable');
    });
  }

  it('errors with a Problem if the body breaks', async () => {
    handle = (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-9/10', 'content-length': 10 });
      response.write('0123', () => response.destroy());
    };
    const stream = await source.read(object, { start: 0, end: 10 }, signal);
    const problem = await problemOf(buffer(stream));
    expect(problem.type).to.equal('source-unavailable');
  });

  it('keeps its connection from one block of the cache to the next', async () => {
    const content = pattern(2_000_000);
    const film = { ...object, sizeBytes: content.length };
    let connections = 0;
    server.on('connection', () => {
      connections++;
    });
    handle = ({ headers }, response) => {
      const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
      const part = content.subarray(Number(first), Number(last) + 1);
      const range = `bytes ${first}-${last}/${content.length}`;
      response.writeHead(206, { 'content-range': range, 'content-length': part.length }).end(part);
    };
    const cache = createBlockCache(10_000_000, { blockBytes: 50_000 });
    const access = cachedAccess(source, film, signal, { cache, readAheadBlocks: 0 });
    for (let start = 0; start < content.length; start += 50_000) {
      expect(content.subarray(start, start + 100).equals(await access.read(start, start + 100))).to.equal(
        true,
      );
    }
    expect(requests).to.have.length(40);
    expect(connections).to.be.below(4);
  });

  it('tries three times, and no more', async () => {
    handle = refuse(500, 'InternalError');
    await problemOf(source.stat('film.mp4', signal));
    expect(requests).to.have.length(3);
  });

  it('ends with the signal while the store is silent, and while it waits to try again', async () => {
    for (const silent of [() => {}, refuse(503, 'SlowDown', { 'retry-after': '30' })] satisfies Handler[]) {
      handle = silent;
      const controller = new AbortController();
      const outcome = source.stat('film.mp4', controller.signal).catch((error: unknown) => error);
      setTimeout(() => controller.abort(reason), 30);
      const reason = new Error('gone');
      expect(await outcome).to.equal(reason);
    }
  });

  it('lists page after page until it has enough media', async () => {
    handle = ({ url }, response) => {
      const page = Number(/continuation-token=(\d+)/.exec(url ?? '')?.[1] ?? 0);
      const contents = [`${page}-a.txt`, `${page}-b.mp4`, `${page}-c.mp3`]
        .map((key) => `<Contents><Key>${key}</Key><Size>${page}</Size></Contents>`)
        .join('');
      const more = `<IsTruncated>true</IsTruncated><NextContinuationToken>${page + 1}</NextContinuationToken>`;
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><ListBucketResult>${contents}${more}</ListBucketResult>`);
    };
    const { media, next } = await source.list('', 5, signal);
    expect(next).to.equal('2-b.mp4');
    expect(media).to.deep.equal([
      { key: '0-b.mp4', sizeBytes: 0 },
      { key: '0-c.mp3', sizeBytes: 0 },
      { key: '1-b.mp4', sizeBytes: 1 },
      { key: '1-c.mp3', sizeBytes: 1 },
      { key: '2-b.mp4', sizeBytes: 2 },
    ]);
    expect(requests).to.have.length(3);
    requests = [];
    // The listing of a bucket that never ends stops with what was found.
    const rest = await source.list('', 100_000, signal);
    expect(rest.media.length).to.equal(2 * requests.length);
    expect(rest.next).to.equal(`${requests.length - 1}-c.mp3`);
    expect(requests.length).to.be.at.most(100);
  });

  it('presigns without asking the store, and only if configured', async () => {
    const options = { contentType: 'video/mp4', contentDisposition: null, expiresInSeconds: 60 };
    const url = new URL((await source.presign?.(object, options)) ?? '');
    expect(url.pathname).to.equal('/media/film.mp4');
    expect(url.searchParams.get('response-content-type')).to.equal('video/mp4');
    expect(url.searchParams.has('response-content-disposition')).to.equal(false);
    expect(url.searchParams.get('X-Amz-Expires')).to.equal('60');
    expect(url.searchParams.has('x-amz-checksum-mode')).to.equal(false);
    expect(requests).to.deep.equal([]);
    expect(s3Source({ client, bucket: 'media', presign: false })).to.not.have.property('presign');
  });
});

describe('createS3Client', () => {
  const keys = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };

  it('speaks to AWS by the name of the bucket', async () => {
    const source = s3Source({ client: createS3Client(keys), bucket: 'media' });
    const options = { contentType: 'video/mp4', contentDisposition: null, expiresInSeconds: 60 };
    const url = await source.presign?.(object, options);
    expect(url).to.match(/^https:\/\/media\.s3\.eu-central-1\.amazonaws\.com\/film\.mp4\?/);
  });

  it('reports the store as unavailable if nothing listens', async () => {
    const client = createS3Client({ ...keys, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' });
    const problem = await problemOf(s3Source({ client, bucket: 'media' }).stat('film.mp4', signal));
    expect(problem.type).to.equal('source-unavailable');
    client.destroy();
  });
});

function refuse(status: number, code: string, headers: Record<string, string> = {}): Handler {
  return (request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>private AKIA</Message></Error>`;
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}
