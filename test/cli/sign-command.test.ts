import { expect } from 'chai';
import { parseSignCommand, readKeys, type SignRequest, signedAddresses } from '../../cli/sign-command.ts';
import { authorise, splitToken } from '../../functions/stream/route/authorise.ts';
import { parseRoute } from '../../functions/stream/route/routes.ts';

const KEYS = readKeys('SIGNING_KEYS', `main:${'m'.repeat(32)},old:${'o'.repeat(32)}`);
const NOW = 1_767_225_600_000;

function parse(...args: string[]): SignRequest {
  const request = parseSignCommand(args);
  if (request === 'help') throw new Error('help was not asked for');
  return request;
}
const signed = (...args: string[]) => signedAddresses(parse(...args), KEYS, NOW);

describe('npx sluice sign: what is signed', () => {
  const SIGNED: [args: string[], addresses: RegExp[]][] = [
    [['film.mp4'], [/^\/~main\.1767229200\.k\.[\w-]{43}\/stream\/film\.mp4$/]],
    [['film.mp4', '--expires', '2h'], [/^\/~main\.1767232800\.k\./]],
    [['film.mp4', '--expires', '90s'], [/^\/~main\.1767225690\./]],
    [['film.mp4', '--expires', '1d'], [/^\/~main\.1767312000\./]],
    [['film.mp4', '--key-id', 'old'], [/^\/~old\./]],
    [
      ['a/ä ?.mp4', '--route', 'media', '--route', 'info'],
      [/\/media\/a\/%C3%A4%20%3F\.mp4$/, /\/info\/a\/%C3/],
    ],
    [
      ['a.mp4', '--route', 'hls', '--route', 'dash'],
      [/\/hls\/a\.mp4\/master\.m3u8$/, /\/dash\/a\.mp4\/manifest\.mpd$/],
    ],
    [
      ['--exact', '/media/a.mp4?download=1'],
      [/^\/~main\.1767229200\.a\.[\w-]{43}\/media\/a\.mp4\?download=1$/],
    ],
    [
      ['a', '--base', 'https://media.example/'],
      [/^https:\/\/media\.example\/~main\.\d+\.k\.[\w-]+\/stream\/a$/],
    ],
    [['a.mp4', '--route', 'export'], [/\/export\/a\.mp4$/]],
    [['a', '--base', 'http://127.0.0.1:8080'], [/^http:\/\/127\.0\.0\.1:8080\/~main/]],
    [['--exact', '/media/a?CMCD=x&download=1'], [/\/media\/a\?CMCD=x&download=1$/]],
    [['--exact', '/'], [/^\/~main\.\d+\.a\.[\w-]{43}\/$/]],
    [['--', '-film.mp4'], [/\/stream\/-film\.mp4$/]],
  ];
  for (const [args, patterns] of SIGNED) {
    it(args.join(' '), async () => {
      const addresses = signed(...args);
      expect(addresses).to.have.length(patterns.length);
      for (const [i, pattern] of patterns.entries()) expect(addresses[i]).to.match(pattern);
      for (const each of addresses) {
        const address = splitToken(new URL(each, 'https://sluice.example'));
        const access = { kind: 'signed' as const, keys: async () => KEYS };
        const grant = await authorise(parseRoute(address.url), address, access, NOW);
        expect(grant.kind).to.equal('signed');
      }
    });
  }

  const WRONG: [args: string[], sentence: RegExp][] = [
    [['a', 'b'], /^Give one KEY, or --exact ADDRESS/],
    [['a', '--exact', '/media/a'], /^Give one KEY, or --exact ADDRESS/],
    [
      ['a', '--route', 'attic'],
      /^--route must be one of media, stream, play, embed, console, image, waveform, storyboard, hls, dash, export, info\.$/,
    ],
    [[''], /^The address names no object\.$/],
    [['a/../b'], /^The path must not contain backslashes/],
    [['a\nb'], /^A key must not contain control characters\.$/],
    [['x'.repeat(1025)], /^A key has at most 1024 bytes\.$/],
    [['--exact', 'media/a'], /^--exact must begin with a slash/],
    [['--exact', '/media/../a'], /^The path must not contain backslashes/],
    [['--exact', '/media/a b'], /^--exact must be written as clients send it: \/media\/a%20b$/],
    [['--exact', '/media/a#t=5'], /^--exact must be written as clients send it: \/media\/a$/],
    [['--exact', '/stream/a?heigth=9'], /^Unknown parameter "heigth"/],
    [['--exact', '/~x/media/a'], /^There is nothing at this address/],
    [['a', '--expires', '0h'], /^--expires must be/],
    [['a', '--expires', '3651d'], /^--expires must be/],
    [['a', '--expires', '1.5h'], /^--expires must be/],
    [['a', '--expires', '-1h'], /--expires/],
    [['a', '--base', 'media.example'], /^--base must be the address of the service/],
    [['a', '--base', 'https://media.example/films'], /^--base must be/],
    [['a', '--base', 'ftp://media.example'], /^--base must be/],
    [['a', '--colour'], /^Unknown option '--colour'/],
  ];
  for (const [args, sentence] of WRONG) {
    it(`refuses ${JSON.stringify(args).slice(0, 60)}`, () => {
      expect(() => signed(...args)).to.throw(sentence);
    });
  }

  it('never repeats the secret of keys that are wrong', () => {
    for (const text of ['main:hush', `hush${'x'.repeat(40)}`]) {
      expect(() => readKeys('--keys-file', text)).to.throw(/^--keys-file must be a list(?!.*hush)/);
    }
  });
});
