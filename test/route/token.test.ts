import { expect } from 'chai';
import { parseToken, splitToken, withoutTokens } from '../../functions/stream/route/authorise.ts';
import { sign } from '../../functions/stream/route/sign.ts';
import { masked } from '../../testing/masked.ts';

const MAC = 'iEH6Sxc8Dcw_TGmPqsDsbGaLp9b-6TK1xAx0Uc2PnHY';
const TOKEN = `main.1767225600.k.${MAC}`;

describe('splitToken', () => {
  const SPLITS: [path: string, token: string | null, rest: string][] = [
    ['/media/a.mp4', null, '/media/a.mp4'],
    ['/~t/media/a.mp4?download=1', 't', '/media/a.mp4?download=1'],
    ['/~t/', 't', '/'],
    ['/~/media/a', '', '/media/a'],
    ['/~t', null, '/~t'],
    ['/~', null, '/~'],
    ['/%7Et/media/a', null, '/%7Et/media/a'],
    ['//~t/media/a', null, '//~t/media/a'],
    ['/media/~t/a', null, '/media/~t/a'],
    ['/~t/~u/media/a', 't', '/~u/media/a'],
    ['/~t//media/a', 't', '//media/a'],
    ['/~t//elsewhere.example/a', 't', '//elsewhere.example/a'],
    ['/~t/media/a%2Fb%252e', 't', '/media/a%2Fb%252e'],
  ];
  for (const [path, token, rest] of SPLITS) {
    it(path, () => {
      const address = splitToken(new URL(`https://sluice.example${path}`));
      expect(address.token).to.equal(token);
      expect(address.url.href).to.equal(`https://sluice.example${rest}`);
    });
  }
});

describe('parseToken', () => {
  it('reads what sign makes', () => {
    const token = sign({ id: 'a-b_9', secret: 's' }, { kind: 'address', address: '/' }, 12);
    expect(parseToken(token)).to.deep.equal({ keyId: 'a-b_9', expiresSeconds: 12, scope: 'address' });
    expect(parseToken(TOKEN)).to.deep.equal({ keyId: 'main', expiresSeconds: 1767225600, scope: 'key' });
  });

  const WRONG = [
    '',
    '.',
    '...',
    'main',
    'main.1767225600.k',
    `main.1767225600.k.${MAC}=`,
    `main.1767225600.k.${MAC}A`,
    `main.1767225600.k.${MAC.slice(1)}`,
    `main.1767225600.k.${MAC}.k.${MAC}`,
    `main.1767225600.k.${MAC.replace('-', '+')}`,
    `main.1767225600.k.${MAC.replace('S', '%53')}`,
    `main.1767225600.k.${MAC.replace('S', 'Ś')}`,
    `main.1767225600.k.${MAC}\n`,
    `main.1767225600.K.${MAC}`,
    `main.1767225600.x.${MAC}`,
    `main.1767225600..${MAC}`,
    `Main.1767225600.k.${MAC}`,
    `.1767225600.k.${MAC}`,
    `${'m'.repeat(33)}.1767225600.k.${MAC}`,
    `main.0.k.${MAC}`,
    `main.01767225600.k.${MAC}`,
    `main.-1767225600.k.${MAC}`,
    `main.+1767225600.k.${MAC}`,
    `main.1767225600.0.k.${MAC}`,
    `main.1e9.k.${MAC}`,
    `main.0x7fffffff.k.${MAC}`,
    `main.1767225600000.k.${MAC}`,
    `main.١٧٦٧٢٢٥٦٠٠.k.${MAC}`,
    `main. 1767225600.k.${MAC}`,
    'x'.repeat(100_000),
  ];
  for (const token of WRONG) {
    it(`${masked(JSON.stringify(token))} is none`, () => expect(parseToken(token)).to.equal(null));
  }
});

describe('withoutTokens', () => {
  const PATHS: [path: string, logged: string][] = [
    [`/~${TOKEN}/media/film.mp4`, '/~…/media/film.mp4'],
    [`/~${TOKEN}`, '/~…'],
    // What else a client's mistake makes of it.
    [`//~${TOKEN}/media/film.mp4`, '/~…/media/film.mp4'],
    [`/\\~${TOKEN}/media/film.mp4`, '/~…/media/film.mp4'],
    [`/%7E${TOKEN}/media/film.mp4`, '/~…/media/film.mp4'],
    [`/%257e${TOKEN}/media/film.mp4`, '/~…/media/film.mp4'],
    [`/~${TOKEN}/~${TOKEN}/media/film.mp4`, '/~…/~…/media/film.mp4'],
    [`/~~${TOKEN}/media/film.mp4`, '/~…'],
    [`/~${TOKEN}%2Fmedia/film.mp4`, '/~…'],
    [`/~${TOKEN.replace('.k.', '/.k.')}/media/film.mp4`, '/~…'],
    [`/~${TOKEN.replace('.k.', '.k%2e')}/media/film.mp4`, '/~…'],
    [`/~${MAC}/media/film.mp4`, '/~…'],
    [`/${TOKEN}/media/film.mp4`, '/…/media/film.mp4'],
    [`/media/~${TOKEN}/film.mp4`, '/media/~…/film.mp4'],
    [`/media/film.mp4/~${TOKEN}`, '/media/film.mp4/~…'],
    // With its dots, its letters or its dashes encoded, once or more often.
    ...[
      TOKEN.replaceAll('.', '%2E'),
      TOKEN.replaceAll('.', '%252525252e'),
      TOKEN.replaceAll('-', '%2d').replaceAll('_', '%255F'),
      TOKEN.replaceAll(/./g, (letter) => `%${Buffer.from(letter).toString('hex')}`),
    ].flatMap((token): [string, string][] => [
      [`/media/~${token}/film.mp4`, '/media/~…/film.mp4'],
      [`/${token}`, '/…'],
      [`/~${token}/media/film.mp4`, '/~…'],
    ]),
    // And what stays as it is.
    [`/media/a.${'%D0%9A'.repeat(30)}.mp4`, `/media/a.${'%D0%9A'.repeat(30)}.mp4`],
    [`/media/a.${'%20'.repeat(50)}.mp4`, `/media/a.${'%20'.repeat(50)}.mp4`],
    ['/', '/'],
    ['/health', '/health'],
    ['/media/films/a.k.b.mp4', '/media/films/a.k.b.mp4'],
    ['/media/~somebody/film~1.mp4', '/media/~somebody/film~1.mp4'],
    [`/media/${MAC}.mp4`, `/media/${MAC}.mp4`],
  ];
  for (const [path, logged] of PATHS) {
    it(masked(path), () => expect(withoutTokens(path)).to.equal(logged));
  }

  it('takes no longer for a path built to take long', () => {
    for (const part of [`/${'a'.repeat(42)}`, '.k.', 'k', '%25', '%257', '%2e', '%6b%2e', '25', '~']) {
      const long = `/media/${part.repeat(100_000 / part.length)}`;
      expect(withoutTokens(long)).to.equal(long);
    }
  });
});
