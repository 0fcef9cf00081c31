import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { s3Store } from '../../functions/stream/derived/s3.ts';
import { createS3Client, s3Source } from '../../functions/stream/source/s3.ts';

/** Longer than any other request may take. */
const SLOW_MILLISECONDS = 6_000;

describe('s3Store', function () {
  this.timeout(60_000);
  const { signal } = new AbortController();
  let server: Server;
  let puts: number;
  beforeEach(async () => {
    puts = 0;
    server = createServer(async (request, response) => {
      request.resume();
      if (request.method === 'PUT') {
        puts++;
        await delay(SLOW_MILLISECONDS);
      }
      response.writeHead(200, { etag: '"1"', 'content-length': request.method === 'HEAD' ? '4' : '0' }).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('waits for a store that takes long to accept a part', async () => {
    const client = createS3Client({
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a secret of nobody',
    });
    const bucket = 'derived';
    const store = s3Store({ client, bucket, source: s3Source({ client, bucket }) });
    const draft = await store.create('made/1.mp4', { signal });
    await draft.write(Buffer.from('live'));
    expect((await draft.publish()).sizeBytes).to.equal(4);
    const sources = [Buffer.from('ma'), Buffer.from('de')];
    expect((await store.compose('made/2.mp4', sources, signal)).sizeBytes).to.equal(4);
    expect(puts, 'each is sent once').to.equal(2);
  });
});
