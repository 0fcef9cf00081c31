import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { type Service, startService } from '../../testing/service.ts';

describe('A function that is full', function () {
  this.timeout(60_000);
  let service: Service;
  before(async () => {
    // In a function this small its own code may use less than Node.js needs to start.
    const environment = { MEDIA_DIR: demoDirectory, MAX_MEMORY_MEGABYTES: '128' };
    service = await startService(environment, { memoryMegabytes: 128 });
  });
  after(() => service?.close());

  it('refuses what takes memory, and still sends cached bytes', async () => {
    const refused = await fetch(`${service.url}/info/video.mp4`);
    expect(refused.status).to.equal(503);
    expect(refused.headers.get('retry-after')).to.equal('2');
    const { type, detail } = (await refused.json()) as { type: string; detail: string };
    expect(type).to.equal('urn:sluice:problem:busy');
    expect(detail).to.match(/\(MAX_MEMORY_MEGABYTES\)/);
    const range = { range: 'bytes=0-9' };
    expect((await fetch(`${service.url}/media/video.mp4`, { headers: range })).status).to.equal(206);
  });
});
