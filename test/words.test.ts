import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Words that stood for what the field has a word for; docs/glossary.md has those. */
const BANNED = [
  ...['made', 'kept', 'keepers?', 'makers?', 'desks?', 'caged?', 'lanes?', 'pieces?', 'ledgers?', 'errands?'],
  ...['rooms?', 'sounds?', 'pictures?'],
];

/**
 * Where one of them is another thing: the route, the store's prefix and the problem `made`, and what standards call
 * pictures (IDR, parameter sets, groups of them).
 */
const ALLOWED = [
  ...[
    /\/made\b/,
    /\bmade\//,
    /'made'/,
    /\bmade: /,
    /"made"/,
    /being-made/,
    /made\\?\//,
    /read made/,
    /export\|made\|/,
    /sound descriptions?/,
  ],
  /(IDR|CRA|IRAP|I|intra|trailing|leading|access|recovery) pictures?/i,
  /pictures? (parameter|order|set)|reference picture|decoded picture|first picture|groups? of pictures|picture_|picture in picture/i,
];

const MOST = 20;

describe('The field’s words', () => {
  it(`are used, but for fewer than ${MOST} lines`, async () => {
    const { stdout } = await promisify(execFile)(
      'git',
      ['grep', '-InwiE', BANNED.join('|'), '--', '.', ...NOT_LOOKED_AT],
      { cwd: ROOT, maxBuffer: 64 * 2 ** 20 },
    ).catch((error: { readonly code: number; readonly stdout: string }) => {
      // git grep exits with 1 where it finds nothing.
      if (error.code !== 1) throw error;
      return error;
    });
    const lines = stdout
      .split('\n')
      .filter((line) => line !== '' && !ALLOWED.some((each) => each.test(line)));
    expect(lines.length, lines.slice(0, 200).join('\n')).to.be.below(MOST);
  });
});

/** The list itself, release notes, what others wrote, and scripts about outside software. */
const NOT_LOOKED_AT = [
  ...['CHANGELOG.md', 'LICENSE', 'package-lock.json', 'findings', 'test/words.test.ts'],
  ...['layers/ffmpeg/licences', 'docs/clients.md'],
].map((path) => `:!${path}`);
