import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bundlePage, type Page } from '../../functions/stream/deploy/bundle-page.ts';
import { embedPageResponse, pageResponse } from '../../functions/stream/http/page.ts';
import { rejection } from '../../testing/rejection.ts';

const PAGE = `<link rel="stylesheet" href="page.css">
<p>a page</p>
<script type="module" src="page.ts"></script>
`;

describe('bundlePage', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-page-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const bundle = async (files: Readonly<Record<string, string>>) => (await build(files)).html;

  async function build(files: Readonly<Record<string, string>>): Promise<Page> {
    const whole = { 'page.html': PAGE, 'page.css': 'p { color: red }', 'page.ts': 'alert(1)', ...files };
    for (const [name, text] of Object.entries(whole)) await writeFile(join(directory, name), text);
    return bundlePage(join(directory, 'page.html'));
  }

  it('inlines a style sheet and a module with their imports', async () => {
    const html = await bundle({
      'page.css': '@import "base.css"; p { color: red }',
      'base.css': 'p { margin: 0 }',
      'page.ts': `import { say } from './say.ts'; say('–' as string);`,
      'say.ts': 'export const say = (text: string): void => alert(text);',
    });
    expect(html).to.match(
      /^<style>p\{margin:0\}p\{color:red\}<\/style>\n<p>a page<\/p>\n<script type="module">.*alert\(.*"–".*<\/script>\n$/,
    );
  });

  it('leaves a text unchanged, whatever it means to String.replace or to HTML', async () => {
    const html = await bundle({ 'page.ts': "alert('$& $1 $` </script>')" });
    expect(html).to.contain('alert("$& $1 $` <\\/script>")');
  });

  it('puts the hash of each into the policy of the page', async () => {
    const policy = pageResponse(await build({}), { media: [], uploads: [] }).headers.get(
      'content-security-policy',
    );
    expect(policy).to.match(/script-src 'sha256-[\w+/]{43}=' 'self'; style-src 'sha256-[\w+/]{43}=';/);
  });

  it('lets pages load what hls.js gives a media element: its own memory, and the beginnings of subtitles', async () => {
    const page = await build({});
    for (const answer of [
      pageResponse(page, { media: [], uploads: [] }),
      embedPageResponse(page, ['https://pages.example']),
    ])
      expect(answer.headers.get('content-security-policy')).to.match(/media-src 'self' blob: data:;/);
  });

  it('refuses a text that would end its element', async () => {
    const { message } = await rejection(bundle({ 'page.ts': "alert('<!--')" }));
    expect(message).to.contain('page.ts contains text that would end its element');
  });

  it('refuses a page without exactly one script', async () => {
    const doubled = PAGE + PAGE.slice(PAGE.indexOf('<script'));
    for (const html of [PAGE.replace('module', 'text'), doubled]) {
      expect((await rejection(bundle({ 'page.html': html }))).message).to.match(/must match .* once/);
    }
  });
});
