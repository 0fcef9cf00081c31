import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { DEMO_CREDIT, parseStart, type StartOptions } from '../../local/start-options.ts';
import { masked } from '../../testing/masked.ts';

describe('parseStart', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-start-'));
    file = join(folder, 'file.mp4');
    await writeFile(file, '');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function parse(args: readonly string[], environment: Record<string, string> = {}): StartOptions {
    const options = parseStart(args, environment);
    if (options === 'help') throw new Error('help was not asked for');
    return options;
  }

  it('serves the demo film with its credit by default', () => {
    expect(parse([], { HOME: '/home/somebody', AWS_SECRET_ACCESS_KEY: 'secret' })).to.deep.equal({
      settings: {
        PLAYER_PAGE: '1',
        PUBLIC: '1',
        PUBLIC_EXPORTS: '1',
        PAGE_CREDIT: DEMO_CREDIT,
        MEDIA_DIR: demoDirectory,
      },
      served: `the demo film. ${DEMO_CREDIT}`,
      port: null,
      maxInstances: 32,
      bandwidth: false,
      isJson: false,
      opens: false,
      derived: 'until-the-end',
    });
  });

  it('takes everything from the command line', () => {
    const args = [
      '--media',
      folder,
      '--no-derived',
      '--port',
      '0',
      '--max-instances',
      '3',
      '--bandwidth',
      '--json',
      '--open',
    ];
    expect(parse(args, { MEDIA_DIR: '/elsewhere', PORT: '9' })).to.deep.equal({
      settings: { PLAYER_PAGE: '1', PUBLIC: '1', PUBLIC_EXPORTS: '1', MEDIA_DIR: folder },
      served: `the folder ${folder}`,
      port: 0,
      maxInstances: 3,
      bandwidth: true,
      isJson: true,
      opens: true,
      derived: 'as-set',
    });
  });

  it('takes a folder without its option', () => {
    expect(parse([folder], { MEDIA_DIR: '/elsewhere' }).settings).to.include({ MEDIA_DIR: folder });
  });

  it('takes folder, port and settings from the environment, where empty means absent', () => {
    const environment = { MEDIA_DIR: folder, PORT: '9000', MAX_PIXELS: '1000000', PRESIGN_SECONDS: '' };
    const { settings, port } = parse([], environment);
    expect(settings).to.deep.equal({
      PLAYER_PAGE: '1',
      PUBLIC: '1',
      PUBLIC_EXPORTS: '1',
      MAX_PIXELS: '1000000',
      MEDIA_DIR: folder,
    });
    expect(port).to.equal(9000);
  });

  const DERIVED: readonly [readonly string[], Record<string, string>, string, Record<string, string>][] = [
    [[], {}, 'until-the-end', {}],
    [['--no-derived'], { DERIVED_DIR: '/derived', DERIVED_BUCKET: 'derived' }, 'as-set', {}],
    [['--derived', '/derived'], { DERIVED_BUCKET: 'derived' }, 'as-set', { DERIVED_DIR: '/derived' }],
    [[], { DERIVED_DIR: '/derived' }, 'as-set', { DERIVED_DIR: '/derived' }],
    [
      [],
      { DERIVED_BUCKET: 'derived', AWS_REGION: 'eu-west-1' },
      'as-set',
      { DERIVED_BUCKET: 'derived', AWS_REGION: 'eu-west-1' },
    ],
  ];
  for (const [args, environment, kind, settings] of DERIVED) {
    it(`caches outputs ${kind} for ${args.join(' ') || 'no options'} and ${JSON.stringify(environment)}`, () => {
      const parsed = parse(args, environment);
      expect(parsed.derived).to.equal(kind);
      expect(parsed.settings).to.include(settings);
      const names = Object.keys(parsed.settings).filter((name) => name.startsWith('DERIVED'));
      expect(names).to.deep.equal(Object.keys(settings).filter((name) => name.startsWith('DERIVED')));
    });
  }

  it('refuses two places for outputs', () => {
    expect(() => parse(['--derived', '/derived', '--no-derived'])).to.throw(/exclude each other/);
    expect(() => parse([], { DERIVED_DIR: '/derived', DERIVED_BUCKET: 'derived' })).to.throw(/both set/);
    expect(() => parse(['--media', folder, '--derived', join(folder, 'derived')])).to.throw(
      /DERIVED_DIR must not lie/,
    );
    expect(() => parse(['--derived', ''])).to.throw(/must name a folder/);
  });

  it('lets the page add files where that is asked for', () => {
    expect(parse(['--upload', folder]).settings).to.include({ UPLOADS: '1', MEDIA_DIR: folder });
    expect(parse([folder]).settings).to.not.have.property('UPLOADS');
    expect(parse([folder], { UPLOAD_PREFIX: 'new/' }).settings).to.include({ UPLOAD_PREFIX: 'new/' });
  });

  it('gives the function of a bucket what the AWS SDK looks for', () => {
    const environment = {
      MEDIA_BUCKET: 'films',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:7480',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1',
      AWS_CONFIG_FILE: join(folder, 'none'),
      SHELL: '/bin/sh',
    };
    const { settings, served } = parse([], environment);
    expect(served).to.equal('the bucket films');
    expect(settings).to.deep.equal({
      PLAYER_PAGE: '1',
      PUBLIC: '1',
      PUBLIC_EXPORTS: '1',
      MEDIA_BUCKET: 'films',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:7480',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_CONFIG_FILE: join(folder, 'none'),
      AWS_REGION: 'us-east-1',
    });
  });

  const regions: [environment: Record<string, string>, region: string | undefined][] = [
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
    [{ AWS_CONFIG_FILE: '/dev/null' }, undefined],
  ];
  for (const [environment, region] of regions) {
    it(`takes ${region ?? 'the configuration file’s'} region from ${JSON.stringify(environment)}`, () => {
      expect(parse([], { MEDIA_BUCKET: 'films', ...environment }).settings.AWS_REGION).to.equal(region);
    });
  }

  const KEYS = `main:${'m'.repeat(32)}`;
  const ACCESS: [environment: Record<string, string>, settings: Record<string, string>][] = [
    [{}, { PUBLIC: '1', PUBLIC_EXPORTS: '1' }],
    [
      { SIGNING_KEYS: '', PUBLIC: '' },
      { PUBLIC: '1', PUBLIC_EXPORTS: '1' },
    ],
    [{ PUBLIC: '0' }, { PUBLIC: '0', PUBLIC_EXPORTS: '1' }],
    [{ SIGNING_KEYS: KEYS, AWS_REGION: 'eu-west-1' }, { SIGNING_KEYS: KEYS }],
    [
      { SIGNING_KEYS_PARAMETER: '/keys', AWS_REGION: 'eu-west-1', AWS_PROFILE: 'me' },
      { SIGNING_KEYS_PARAMETER: '/keys', AWS_REGION: 'eu-west-1', AWS_PROFILE: 'me' },
    ],
    [
      { SIGNING_KEYS_SECRET: 'keys', AWS_REGION: 'eu-west-1' },
      { SIGNING_KEYS_SECRET: 'keys', AWS_REGION: 'eu-west-1' },
    ],
  ];
  for (const [environment, settings] of ACCESS) {
    it(`is public only while nobody sets keys: ${masked(JSON.stringify(environment))}`, () => {
      expect(parse(['--media', folder], environment).settings).to.deep.equal({
        PLAYER_PAGE: '1',
        MEDIA_DIR: folder,
        ...settings,
      });
    });
  }

  it('prefers --media to a bucket in the environment', () => {
    expect(parse(['--media', folder], { MEDIA_BUCKET: 'films' }).settings).to.deep.equal({
      PLAYER_PAGE: '1',
      PUBLIC: '1',
      PUBLIC_EXPORTS: '1',
      MEDIA_DIR: folder,
    });
  });

  it('helps before it looks at anything else', () => {
    expect(parseStart(['--help', '--port', 'x'], {})).to.equal('help');
  });

  const wrong: [args: (() => string[]) | string[], environment: Record<string, string>, sentence: RegExp][] =
    [
      [['--port', 'x'], {}, /^--port must be a whole number between 0 and 65535, and "x" is not\.$/],
      [['--port', '65536'], {}, /^--port must be a whole number between 0 and 65535/],
      [['--port', '1e3'], {}, /^--port must be a whole number/],
      [['--port='], {}, /^--port must be a whole number/],
      [[], { PORT: '-1' }, /^PORT must be a whole number between 0 and 65535, and "-1" is not\.$/],
      [['--max-instances', '0'], {}, /^--max-instances must be a whole number between 1 and 100/],
      [['--media', '/no/such/folder'], {}, /^--media: there is no folder "\/no\/such\/folder"\.$/],
      [['--media', ''], {}, /^--media: there is no folder ""\.$/],
      [() => ['--media', file], {}, /^--media: ".*file\.mp4" is not a folder\.$/],
      [[], { MEDIA_DIR: '/no/such/folder' }, /^MEDIA_DIR: there is no folder/],
      [[], { MEDIA_DIR: '/', MEDIA_BUCKET: 'films' }, /^MEDIA_BUCKET and MEDIA_DIR are both set/],
      [[], { MEDIA_BUCKET: 'Films!' }, /^The setting MEDIA_BUCKET must be the name of an S3 bucket\.$/],
      [[], { MAX_PIXELS: 'many' }, /^The setting MAX_PIXELS must be a whole number/],
      [
        [],
        { PUBLIC: '1', PUBLIC_EXPORTS: '1', SIGNING_KEYS: KEYS },
        /^The settings PUBLIC=1 and SIGNING_KEYS exclude each other/,
      ],
      [[], { SIGNING_KEYS: 'main:short' }, /^The setting SIGNING_KEYS must be a list of id:secret/],
      [['--colour'], {}, /^There is no option --colour; npm start -- --help lists them/],
      [['films'], {}, /^DIR: there is no folder "films"/],
      [['--media', '/', '/tmp'], {}, /^One folder can be served, and 2 are named/],
      [['--media'], {}, /^Option '--media <value>' argument missing/],
    ];
  for (const [args, environment, sentence] of wrong) {
    it(`refuses ${args} ${masked(JSON.stringify(environment))}`, () => {
      expect(() => parseStart(typeof args === 'function' ? args() : args, environment)).to.throw(sentence);
    });
  }
});
