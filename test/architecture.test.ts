import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../functions/stream/', import.meta.url));

/** From the ground up: a folder imports from itself and from those before it, types as well. */
const ORDER = [
  'base',
  'sandbox',
  'source',
  'media/model',
  'media/waveform',
  'media/boxes',
  'media/codecs',
  'media/text',
  'media/isobmff',
  'media/encryption',
  'media/ffprobe',
  'media/transport',
  'media/demux',
  'media/heads',
  'media/cuts',
  'media/probe',
  'media',
  'route',
  'config',
  'http',
  'description',
  'plan',
  'playlist',
  'engine',
  'derived',
  'export/job',
  'export/formats',
  'open',
  'export/worker',
  'export/api',
  'answer',
  'lambda',
  'deploy',
  '',
];

describe('functions/stream', () => {
  it('has each of its folders in the order of its imports', async () => {
    const files = (await readdir(ROOT, { recursive: true })).filter((name) => name.endsWith('.ts'));
    const wrong: string[] = [];
    for (const file of files) {
      const from = ORDER.indexOf(folderOf(file));
      if (from < 0) wrong.push(`${file} is in a folder without a place`);
      for (const target of importsOf(await readFile(join(ROOT, file), 'utf8'))) {
        const path = relative(ROOT, join(ROOT, dirname(file), target));
        if (!path.startsWith('..') && ORDER.indexOf(folderOf(path)) > from) wrong.push(`${file} > ${path}`);
      }
    }
    expect(files).to.have.length.above(200);
    expect(wrong).to.deep.equal([]);
  });
});

function folderOf(file: string): string {
  const [route = '', ...rest] = file.split('/');
  if (rest.length === 0) return '';
  return (route === 'media' || route === 'export') && rest.length > 1 ? `${route}/${rest[0]}` : route;
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)';$/gm)].map(
    ([, target = '']) => target,
  );
}
