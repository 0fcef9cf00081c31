import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Bundle, bundleFunction } from '../../functions/stream/deploy/bundle.ts';
import { startService } from '../../testing/service.ts';

describe('bundleFunction', () => {
  let directory: string;
  let bundle: Bundle;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-bundle-'));
    bundle = await bundleFunction(directory);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('writes one module and its source map, and nothing else', async () => {
    expect((await readdir(directory)).sort()).to.deep.equal(['index.mjs', 'index.mjs.map']);
    const { size } = await stat(join(directory, 'index.mjs'));
    expect(bundle).to.deep.equal({ directory, handler: 'index.handler', sizeBytes: size });
    console.log(`      ${(size / 1024).toFixed(0)} KiB`);
  });

  it('maps to the sources without their text', async () => {
    const map = JSON.parse(await readFile(join(directory, 'index.mjs.map'), 'utf8'));
    expect(map).to.not.have.property('sourcesContent');
    expect(map.sources.some((source: string) => source.endsWith('functions/stream/index.ts'))).to.equal(true);
    expect(await readFile(join(directory, 'index.mjs'), 'utf8')).to.match(
      /sourceMappingURL=index\.mjs\.map\n$/,
    );
  });

  it('replaces the previous module and leaves nothing half-written', async () => {
    await bundleFunction(directory);
    expect((await readdir(directory)).sort()).to.deep.equal(['index.mjs', 'index.mjs.map']);
  });

  it('runs away from node_modules, with the version of the package', async () => {
    const service = await startService({ MEDIA_DIR: directory });
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    const health = await fetch(`${service.url}/health`);
    expect(await health.json()).to.deep.include({ version });
    await service.close();
  });
});
