import { expect } from 'chai';
import { parseSmoke, type SmokeOptions, USAGE } from '../../smoke/options.ts';

describe('parseSmoke', () => {
  function parse(...args: string[]): SmokeOptions {
    const options = parseSmoke(args);
    if (options === 'help') throw new Error('help was not asked for');
    return options;
  }

  it('needs nothing but the URL', () => {
    expect(parse('https://abc.lambda-url.eu-west-1.on.aws')).to.deep.equal({
      service: { origin: 'https://abc.lambda-url.eu-west-1.on.aws', prefix: '', token: null },
      key: null,
      origin: null,
      timeoutSeconds: 30,
      json: false,
    });
  });

  const addresses: [args: string[], prefix: string, token: string | null][] = [
    [['http://127.0.0.1:8080/'], '', null],
    [['http://h/media//'], '/media', null],
    [['http://h/~v1.abc'], '', 'v1.abc'],
    [['http://h/~v1.abc/'], '', 'v1.abc'],
    [['http://h/some/place/~v1.abc/'], '/some/place', 'v1.abc'],
    [['http://h/some/place/', '--token', 'v1.abc'], '/some/place', 'v1.abc'],
    [['http://h', '--token', '~v1.abc'], '', 'v1.abc'],
    [['http://h/a~b'], '/a~b', null],
  ];
  for (const [args, prefix, token] of addresses) {
    it(`finds prefix and token in ${args.join(' ')}`, () => {
      expect(parse(...args).service).to.include({ prefix, token });
    });
  }

  it('takes everything else from the command line', () => {
    const args = [
      '--key',
      'a b.mp4',
      '--origin',
      'https://app.example',
      '--timeout',
      '5',
      '--json',
      'http://h',
    ];
    expect(parse(...args)).to.include({
      key: 'a b.mp4',
      origin: 'https://app.example',
      timeoutSeconds: 5,
      json: true,
    });
  });

  it('helps before it looks at anything else', () => {
    expect(parseSmoke(['--help', '--timeout', 'x'])).to.equal('help');
    expect(USAGE).to.match(/^Usage: npm run smoke -- URL/);
  });

  const wrong: [args: string[], sentence: RegExp][] = [
    [[], /^The URL of the service is missing: npm run smoke -- URL$/],
    [['http://a', 'http://b'], /^One URL is enough, and "http:\/\/b" is another\.$/],
    [['abc.on.aws'], /^"abc.on.aws" is not the URL of a service/],
    [['ftp://h'], /^"ftp:\/\/h" is not the URL of a service/],
    [['http://h/?a=1'], /^The URL of the service has no query/],
    [['http://u:p@h/'], /^The URL of the service has no query, fragment, user or password\.$/],
    [['http://h/~a', '--token', 'b'], /^The URL carries a token already: leave --token out\.$/],
    [['http://h', '--token', 'a/b'], /^--token must be what stands between/],
    [['http://h', '--token', ''], /^--token must be what stands between/],
    [['http://h', '--key', ''], /^--key must not be empty\.$/],
    [
      ['http://h', '--origin', 'app.example'],
      /^--origin must be an origin such as https:\/\/app\.example, and/,
    ],
    [['http://h', '--origin', 'https://app.example/page'], /^--origin must be an origin/],
    [
      ['http://h', '--timeout', '0'],
      /^--timeout must be a whole number of seconds from 1 to 300, and "0" is not\.$/,
    ],
    [['http://h', '--timeout', '1e2'], /^--timeout must be a whole number/],
    [['http://h', '--colour'], /^Unknown option '--colour'/],
  ];
  for (const [args, sentence] of wrong) {
    it(`refuses ${args.join(' ') || 'nothing'}`, () => {
      expect(() => parseSmoke(args)).to.throw(sentence);
    });
  }
});
