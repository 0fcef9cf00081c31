import { expect } from 'chai';
import { parseCommandLine, withNpmOptions } from '../../local/command-line.ts';

describe('parseCommandLine', () => {
  it('takes options and words', () => {
    const { values, positionals } = parseCommandLine(['films', '--port=80', '--no-derived', '--json']);
    expect({ ...values }).to.deep.equal({ port: '80', 'no-derived': true, json: true });
    expect(positionals).to.deep.equal(['films']);
  });

  for (const [args, message] of [
    [['--meida', 'x'], 'There is no option --meida (is --media meant?); npm start -- --help lists them.'],
    [['--max', '3'], 'There is no option --max (is --max-instances meant?); npm start -- --help lists them.'],
    [['--verbose'], 'There is no option --verbose; npm start -- --help lists them.'],
    [['-x'], 'There is no option -x; npm start -- --help lists them.'],
  ] as const) {
    it(`explains ${args.join(' ')}`, () => expect(() => parseCommandLine(args)).to.throw(message));
  }

  it('refuses an option without its value', () => {
    expect(() => parseCommandLine(['--port'])).to.throw(/--port <value>/);
  });
});

describe('withNpmOptions', () => {
  const npm = { npm_lifecycle_event: 'start' };
  const CASES: readonly [string, readonly string[], Record<string, string>, readonly string[]][] = [
    ['npm start --media films', ['films'], { npm_config_media: 'true' }, ['--media=films']],
    [
      'npm start --media=films --port=80',
      [],
      { npm_config_media: 'films', npm_config_port: '80' },
      ['--media=films', '--port=80'],
    ],
    ['npm start --bandwidth films', ['films'], { npm_config_bandwidth: 'true' }, ['--bandwidth', 'films']],
    ['npm start --no-derived', [], { npm_config_derived: '' }, ['--no-derived']],
    ['npm start --no-open', [], { npm_config_open: '' }, []],
    ['npm start -- --port 80', ['--port', '80'], {}, ['--port', '80']],
  ];
  for (const [command, args, environment, expected] of CASES) {
    it(`understands ${command}`, () =>
      expect(withNpmOptions(args, { ...npm, ...environment })).to.deep.equal(expected));
  }

  it('says what to write where it cannot tell', () => {
    const environment = { ...npm, npm_config_media: 'true', npm_config_port: 'true' };
    expect(() => withNpmOptions(['films', '80'], environment)).to.throw(/write -- before them/);
    expect(() => withNpmOptions([], { ...npm, npm_config_media: 'true' })).to.throw(/write -- before them/);
  });

  it('looks at the environment of npm start alone', () => {
    expect(withNpmOptions(['films'], { npm_config_media: 'true' })).to.deep.equal(['films']);
  });
});
