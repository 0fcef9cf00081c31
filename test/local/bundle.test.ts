import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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

  it('writes modules with their source maps, the font of subtitles, and nothing else', async () => {
    const names = await filesIn(directory);
    expect(names).to.include('index.mjs');
    const modules = names.filter((name) => name.endsWith('.mjs'));
    const fonts = names.filter((name) => /^chunks\/DejaVuSans-\w+\.ttf$/.test(name));
    expect(fonts).to.have.length(1);
    expect(names).to.deep.equal([...fonts, ...modules.flatMap((name) => [name, `${name}.map`])]);
    const sizes = await Promise.all(modules.map(async (name) => (await stat(join(directory, name))).size));
    const { firstBytes, ...rest } = bundle;
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(rest).to.deep.equal({ directory, handler: 'index.handler', sizeBytes });
    console.log(`      ${kibibytes(sizeBytes)}, of which a new instance loads ${kibibytes(firstBytes)}`);
  });

  it('has a new instance load a fifth of it', () => {
    expect(bundle.firstBytes).to.be.within(1, bundle.sizeBytes / 5);
  });

  it('maps to the sources without their text', async () => {
    const map = JSON.parse(await readFile(join(directory, 'index.mjs.map'), 'utf8'));
    expect(map).to.not.have.property('sourcesContent');
    expect(map.sources.some((source: string) => source.endsWith('functions/stream/index.ts'))).to.equal(true);
    expect(await readFile(join(directory, 'index.mjs'), 'utf8')).to.match(
      /sourceMappingURL=index\.mjs\.map\n$/,
    );
  });

  it('replaces the previous modules and leaves nothing of another build', async () => {
    const names = await filesIn(directory);
    await writeFile(join(directory, 'chunks', 'of-another-build.mjs'), '');
    await bundleFunction(directory);
    expect(await filesIn(directory)).to.deep.equal(names);
  });

  it('runs away from node_modules, with the version of the package', async () => {
    const service = await startService({ MEDIA_DIR: directory });
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    const health = await fetch(`${service.url}/health`);
    expect(await health.json()).to.deep.include({ version });
    await service.close();
  });
});

async function filesIn(directory: string): Promise<string[]> {
  const names = [];
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) names.push(relative(directory, join(entry.parentPath, entry.name)));
  }
  return names.sort();
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
