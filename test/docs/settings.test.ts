import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { settingsPage } from './settings-page.ts';

const PAGE = new URL('../../docs/settings.md', import.meta.url);

describe('docs/settings.md', () => {
  it('says what the table of settings says', async () => {
    if (process.env.DOCS_WRITE === '1') await writeFile(PAGE, settingsPage());
    expect(await readFile(PAGE, 'utf8')).to.equal(settingsPage());
  });
});
