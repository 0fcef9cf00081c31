import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Adds one member of a kind to its table, in a copy, and lets the compiler name everything that must change
 * too.
 */
describe('One more', function () {
  this.timeout(300_000);
  let copy: string;

  before(async () => {
    copy = await mkdtemp(join(tmpdir(), 'sluice-adding-'));
    for (const name of ['functions', 'web', 'tsconfig.json', 'package.json'])
      await cp(join(ROOT, name), join(copy, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const config = JSON.parse(await readFile(join(copy, 'tsconfig.json'), 'utf8'));
    await writeFile(
      join(copy, 'tsconfig.json'),
      JSON.stringify({ ...config, include: ['functions/stream/index.ts', 'functions/stream/**/*.d.ts'] }),
    );
  });

  after(async () => {
    if (copy) await rm(copy, { recursive: true, force: true });
  });

  type Row = [what: string, table: string, before: string, added: string, named: readonly string[]];
  const TABLE: Row[] = [
    [
      'container',
      'media/model/containers.ts',
      '  w64: {',
      "caf: { ...DEMUXED, magic: ['caff'], ffprobeNames: ['caf'], files: bothFiles('audio/x-caf', 'caf'), " +
        'acceptNames: [], isPlayedEverywhere: false },',
      ['media/demux/demuxers.ts', 'plan/client.ts'],
    ],
    ['audio codec', 'media/model/codecs.ts', '  dts: {', 'speex: { ...AUDIO, ...UNNAMED },', []],
    [
      'output format',
      'route/formats.ts',
      '  flac: {',
      "oga: { container: 'ogg', isVideo: false, audioCodec: 'flac', audioBitrates: null, mostChannels: 2, isTagged: false },",
      ['engine/arguments.ts', 'engine/with-tags.ts', 'open/with-length.ts', 'plan/plan-export.ts'],
    ],
    [
      'parameter of /stream',
      'route/stream-parameters.ts',
      '  readonly startSeconds: number;',
      'readonly pitch: number | null;',
      ['plan/obstacles.ts', 'route/stream-parameters.ts'],
    ],
    [
      'route',
      'route/routes.ts',
      '  info: {',
      "lyrics: { shape: 'key', entry: '', parse: (rest, _query) => ({ kind: 'lyrics', key: parseKey(rest) }) },",
      [
        'answer/answer-object.ts',
        'answer/refuse-clear.ts',
        'app.ts',
        'http/caching.ts',
        'route/address-of.ts',
        'route/addresses.ts',
      ],
    ],
    [
      'setting',
      'config/settings.ts',
      '  HEAD_START_SEGMENTS: {',
      "NEW_SETTING: { ...ANYWHERE, schema: flag('0'), means: 'something new' },",
      [],
    ],
  ];

  for (const [what, table, before, added, named] of TABLE) {
    it(`${what} is added in ${table}, and the compiler names ${named.length} more places`, async () => {
      const edits = [[table, before, added], ...(what === 'route' ? [MEMBER] : [])] as const;
      const originals = await Promise.all(
        edits.map(([name]) => readFile(join(copy, 'functions/stream', name), 'utf8')),
      );
      const write = (name: string, text: string) => writeFile(join(copy, 'functions/stream', name), text);
      try {
        for (const [i, [name, place, member]] of edits.entries()) {
          expect(originals[i]).to.include(place);
          await write(name, insert(String(originals[i]), place, member));
        }
        // The compiler exits with 1 or 2 where it has found something.
        const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), ['-p', copy]).catch(
          (error: { readonly stdout: string }) => error,
        );
        const files = new Set([...stdout.matchAll(/functions\/stream\/([^(]+)\(/g)].map(([, file]) => file));
        console.log(`      ${[...files].sort().join(', ') || 'no other place'}`);
        expect([...files].sort()).to.deep.equal(named);
      } finally {
        for (const [i, [name]] of edits.entries()) await write(name, String(originals[i]));
      }
    });
  }

  it('parameter of /stream stands in the description of the service as soon as it is checked', async () => {
    const path = join(copy, 'functions/stream/route/stream-parameters.ts');
    const text = await readFile(path, 'utf8');
    await writeFile(path, insert(text, '  speed: says(', "  pitch: says(whole(1, 9), 'how high', '2'),"));
    try {
      const script = `import { openApi } from './functions/stream/description/openapi.ts';
        const { paths } = openApi({ version: '1', isSigned: false, off: [] });
        const pitch = ['/stream/{key}', '/export/{key}'].map((path) =>
          paths[path].get.parameters.find(({ name }) => name === 'pitch'));
        console.log(JSON.stringify(pitch));`;
      const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: copy });
      const schema = { type: 'integer', minimum: 1, maximum: 9 };
      const pitch = { name: 'pitch', in: 'query', description: 'how high', schema, example: 2 };
      expect(JSON.parse(stdout)).to.deep.equal([pitch, pitch]);
    } finally {
      await writeFile(path, text);
    }
  });
});

function insert(text: string, before: string, added: string): string {
  return text.replace(before, `${added}\n${before}`);
}

/** A route is a member of the union as well. */
const MEMBER = [
  'route/route.ts',
  "  | { readonly kind: 'health' }",
  "| { readonly kind: 'lyrics'; readonly key: string }",
] as const;
