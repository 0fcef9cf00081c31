import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EdgeVM } from '@edge-runtime/vm';
import { expect } from 'chai';
import { build } from 'esbuild';
import { allForms, parametersOf, placeholdersOf } from '../../functions/stream/description/described.ts';
import { isAddressable } from '../../functions/stream/route/address-of.ts';
import { authorise, splitToken } from '../../functions/stream/route/authorise.ts';
import { parseRoute } from '../../functions/stream/route/routes.ts';
import { type AddressName, addressOf, buildersOf } from '../../packages/client/src/address.ts';
import { sign } from '../../packages/client/src/sign.ts';
import { expiryOf, parseToken, withToken } from '../../packages/client/src/token.ts';
import { clientTable } from '../../packages/client/write-table.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { rejection } from '../../testing/rejection.ts';
import { HEX, NO_TIMES, VECTORS } from '../../testing/sign-vectors.ts';

const TABLE = new URL('../../packages/client/src/table.ts', import.meta.url);
const ENTRY = fileURLToPath(new URL('../../packages/client/src/sluice-client.ts', import.meta.url));
const BASE = 'https://media.example';
const TOKEN = 'main.1767225600.k.iEH6Sxc8Dcw_TGmPqsDsbGaLp9b-6TK1xAx0Uc2PnHY';

const ODD_KEYS = [
  ...[
    'a b',
    'a#b',
    'a?b',
    '100%',
    '%41',
    '%2e%2e/x',
    'a%2fb',
    'a%5cb',
    'a%252e',
    'a+b',
    'a&b=c;d',
    '~',
    '~x/y',
  ],
  ...[
    '/',
    '//a',
    'a//b',
    'a/',
    '...',
    'a/...',
    '..a',
    '.a',
    'a/./b',
    '%2e',
    '%2E%2e',
    'a%2f..',
    '|"<>^`{}[]',
  ],
  ...['a\tb', 'a\nb', '\u007f', '\u0085', '\u2028', '\ufeffx', 'e\u0301', '😀', '\ud800', 'x\udc00y'],
  ...['x'.repeat(1024), 'x'.repeat(1025), 'ä'.repeat(512), 'ä'.repeat(513), ' a ', 'C:/x'],
];

/** What each runtime prints: tokens of all vectors, and an address. */
const SCRIPT = `(async () => {
  const tokens = [];
  for (const [key, scope, expires] of ${JSON.stringify(VECTORS)}) tokens.push(await Sluice.sign(key, scope, expires));
  const { image } = Sluice.buildersOf({ base: '${BASE}/', token: '~${TOKEN}' });
  return JSON.stringify([...tokens, image({ key: 'films/ä b.mkv', t: 1.5, fit: 'cover' })]);
})()`;
const PRINTED = JSON.stringify([
  ...VECTORS.map(([, , , token]) => token),
  `${BASE}/~${TOKEN}/image/films/%C3%A4%20b.mkv?t=1.5&fit=cover`,
]);

describe('sluice-client', () => {
  let script: string;

  before(async () => {
    const { outputFiles } = await build({
      ...{ entryPoints: [ENTRY], bundle: true, write: false, format: 'iife', globalName: 'Sluice' },
    });
    script = outputFiles[0]?.text ?? '';
  });

  it('has the addresses and parameters of the service', async () => {
    if (process.env.DOCS_WRITE === '1') await writeFile(TABLE, clientTable());
    expect(await readFile(TABLE, 'utf8')).to.equal(clientTable());
  });

  describe('in a runtime', function () {
    this.timeout(60_000);

    it('builds and signs in Node.js', async () => {
      const args = ['-e', `${script}; ${SCRIPT}.then(console.log)`];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      expect(stdout.trim()).to.equal(PRINTED);
    });

    it('builds and signs in an edge runtime', async () => {
      const edge = new EdgeVM();
      expect(edge.evaluate('typeof process + typeof require + typeof EdgeRuntime')).to.equal(
        'undefinedundefinedstring',
      );
      edge.evaluate(script.replace('var Sluice', 'globalThis.Sluice'));
      expect(await edge.evaluate(SCRIPT)).to.equal(PRINTED);
    });

    it('builds and signs in Chromium', async function () {
      needs(this, 'chromium');
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage();
        await page.route('https://page.example/', (route) =>
          route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
        );
        await page.goto('https://page.example/');
        await page.addScriptTag({ content: script });
        expect(await page.evaluate(SCRIPT)).to.equal(PRINTED);
      } finally {
        await browser.close();
      }
    });
  });

  for (const form of allForms()) {
    it(`builds ${form.path} as the service reads it`, () => {
      const placeholders = placeholdersOf(form.path).map((name) => [name, SAMPLES[name]]);
      for (const { name, example } of [{ name: 'key', example: null }, ...parametersOf(form.takes)]) {
        const of = {
          ...Object.fromEntries(placeholders),
          ...(name === 'key' ? {} : { [name]: example ?? 'x' }),
        };
        const address = addressOf(form.name as AddressName, of as never, { base: BASE, token: TOKEN });
        const url = new URL(address);
        // What a signature of one address covers is what is sent.
        expect(url.href).to.equal(address);
        const { token, url: inner } = splitToken(url);
        const route = parseRoute(inner);
        expect(token).to.equal('key' in route || route.kind === 'page' ? TOKEN : null);
        if ('key' in route) expect(route.key).to.equal(SAMPLES.key);
      }
    });
  }

  it('writes values as addresses have them, and leaves out what is not given', () => {
    const { stream, media, health, hls } = buildersOf();
    expect(stream({ key: "it's a/film.mkv", height: 360, start: undefined })).to.equal(
      "/stream/it's%20a/film.mkv?height=360",
    );
    expect(media({ key: 'a', download: true, faststart: false })).to.equal('/media/a?download=1&faststart=0');
    expect(hls({ key: 'a', audio: 'en,de', 'max-height': 720 })).to.equal(
      '/hls/a/master.m3u8?audio=en%2Cde&max-height=720',
    );
    expect(health()).to.equal('/health');
  });

  it('writes calculated numbers as the service takes them', () => {
    const { stream, image } = buildersOf();
    for (const [seconds, text] of [
      [0.1 + 0.2, '0.3'],
      [1e-7, '0'],
      [2e-6, '0.000002'],
      [12.3456789, '12.345679'],
      [90, '90'],
    ] as const) {
      const address = stream({ key: 'a', start: seconds });
      expect(address).to.equal(`/stream/a?start=${text}`);
      expect(() => parseRoute(new URL(address, BASE))).not.to.throw();
    }
    expect(stream({ key: 'a', speed: 1.1 * 1.1, loudness: -16 })).to.equal(
      '/stream/a?speed=1.21&loudness=-16',
    );
    expect(image({ key: 'a', t: 1.1 - 0.2 })).to.equal('/image/a?t=0.9');
    expect(stream({ key: 'a', start: Number.NaN })).to.equal('/stream/a?start=NaN');
  });

  it('signs what it builds, the list as well, and opens it', async () => {
    const access = { kind: 'signed' as const, keys: async () => [HEX] };
    for (const [name, of, covered] of [
      ['image', { key: "it's/ä +&=#?%.mkv", t: '50%', v: 'x' }, null],
      ['hls', { key: 'a b', audio: 'en,de', start: 1.5 }, null],
      ['stream', { key: 'a', accept: 'mp4,audio/x+y' }, null],
      ['list', {}, null],
      ['list', { after: 'ä b' }, '/'],
    ] as const) {
      const token = await sign(HEX, { address: covered ?? addressOf(name, of as never) }, 9_999_999_999);
      const address = splitToken(new URL(addressOf(name, of as never, { base: BASE, token })));
      expect(await authorise(parseRoute(address.url), address, access), name).to.include({ kind: 'signed' });
    }
    const whole = sign(HEX, { address: `${BASE}/media/a` }, 9_999_999_999);
    expect(await rejection(whole)).to.be.instanceOf(TypeError);
  });

  for (const key of ODD_KEYS) {
    it(`names ${JSON.stringify(key).slice(0, 20)} if the service does`, () => {
      const builds = () => addressOf('media', { key });
      if (isAddressable(key)) expect(parseRoute(new URL(builds(), BASE))).to.have.property('key', key);
      else expect(builds).to.throw(TypeError, /No address of media has the key/);
    });
  }

  for (const key of ['', '.', 'a/../b', 'a\\b']) {
    it(`names no object ${JSON.stringify(key)}, which other programs would read differently`, () => {
      expect(() => addressOf('media', { key })).to.throw(TypeError, /No address of media has the key/);
    });
  }

  it('takes no token that no key can have signed, and misses what a path needs', () => {
    expect(() => addressOf('media', { key: 'a' }, { token: 'x' })).to.throw(TypeError, /token/);
    expect(() => addressOf('subtitles', { key: 'a' } as never)).to.throw(TypeError, /the track undefined/);
  });

  it('refuses what is no time in seconds', async () => {
    for (const expires of NO_TIMES) {
      expect(await rejection(sign(HEX, { key: 'film.mp4' }, expires))).to.be.instanceOf(RangeError);
    }
  });

  it('reads tokens, and puts others in their place', () => {
    expect(parseToken(` ~${TOKEN}\n`)).to.equal(TOKEN);
    expect([parseToken(null), parseToken('main.1'), parseToken(`${TOKEN}/media`)]).to.deep.equal([
      null,
      null,
      null,
    ]);
    expect([expiryOf(TOKEN), expiryOf(`~${TOKEN}`)]).to.deep.equal([1_767_225_600, 1_767_225_600]);
    const address = `${BASE}/media/a?download=1`;
    const signed = withToken(address, BASE, TOKEN);
    expect(signed).to.equal(`${BASE}/~${TOKEN}/media/a?download=1`);
    expect(withToken(signed, BASE, null)).to.equal(address);
    expect(withToken(address, BASE, `~${TOKEN}`)).to.equal(signed);
    expect(() => withToken(address, BASE, 'x')).to.throw(TypeError, /token/);
    expect(withToken(address, 'https://other.example', TOKEN)).to.equal(address);
  });
});

const SAMPLES: Readonly<Record<string, string>> = {
  ...{ key: 'films/ä b.mkv', name: 'hls-AB12.js', rendition: '720p', track: 'track-2', number: '3' },
  ...{ from: '10', to: '20', id: 'x'.repeat(22), extension: 'mp4' },
};
