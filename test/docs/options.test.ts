import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { optionsPage } from './options-page.ts';

const PAGE = new URL('../../docs/options.md', import.meta.url);

describe('docs/options.md', () => {
  it('says what the table of options says', async () => {
    if (process.env.DOCS_WRITE === '1') await writeFile(PAGE, optionsPage());
    expect(await readFile(PAGE, 'utf8')).to.equal(optionsPage());
  });
});
