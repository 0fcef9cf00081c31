import { expect } from 'chai';
import { LIMIT_NAMES, LIMITS } from '../../functions/stream/base/limits.ts';
import { parseConfig } from '../../functions/stream/config/config.ts';

describe('parseConfig', () => {
  it('takes a folder and fills in the rest', () => {
    const config = parseConfig({ MEDIA_DIR: '/films', MAX_RESPONSE_BYTES: '' });
    expect(config.media).to.deep.equal({ kind: 'directory', path: '/films' });
    expect(config.limits.maxResponseBytes).to.equal(200_000_000);
    expect([config.playerPage, config.allowedOrigins, config.pageCredit]).to.deep.equal([false, [], null]);
  });

  it('lets the store send whole files, unless told not to', () => {
    const of = (REDIRECT_DOWNLOADS?: string) =>
      parseConfig({ MEDIA_BUCKET: 'films', REDIRECT_DOWNLOADS }).redirectDownloads;
    expect([of(), of('1'), of('0')]).to.deep.equal([true, true, false]);
  });

  it('takes a bucket', () => {
    expect(parseConfig({ MEDIA_BUCKET: 'films' }).media).to.deep.equal({ kind: 's3', bucket: 'films' });
  });

  // Memory of the function; the setting; the limit of its own code; the memory of each ffmpeg, and how many
  // there are.
  const SHARES: [size: string, setting: string, own: number, ffmpeg: number | null, ffmpegs: string][] = [
    ['', '', 768, null, ''],
    ['10240', '', 768, 9408, ''],
    ['3008', '', 768, 2176, ''],
    ['3008', '', 768, 1088, '2'],
    ['3008', '300', 300, 2644, ''],
    ['3008', '3000', 1203, 1741, ''],
    ['1024', '', 409, 551, ''],
    ['512', '', 204, 244, ''],
    ['512', '150', 150, 298, ''],
    ['128', '', 51, 13, ''],
  ];
  for (const [size, setting, own, ffmpeg, ffmpegs] of SHARES) {
    it(`shares ${size || 'unknown'} MB: ${own} for its own, ${ffmpeg} for each of ${ffmpegs || 1} ffmpeg`, () => {
      const { sandbox, limits } = parseConfig({
        MEDIA_DIR: '/a',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: size,
        MAX_MEMORY_MEGABYTES: setting,
        MAX_FFMPEGS: ffmpegs,
      });
      const memoryBytes = ffmpeg === null ? null : ffmpeg * 2 ** 20;
      expect(limits.maxMemoryMegabytes).to.equal(own);
      expect(sandbox).to.deep.equal({ cpuSeconds: 5_400, memoryBytes });
      const all = own + (ffmpeg ?? 0) * Number(ffmpegs || 1);
      if (size !== '') expect(all).to.be.below(Number(size));
    });
  }

  const EXPORT_SHARES: [size: string, setting: string, ffmpegs: number, ffmpeg: number | null][] = [
    ['', '', 2, null],
    ['3008', '', 2, 1088],
    ['3008', '1', 2, 1088],
    ['3008', '2', 2, 1088],
    ['3008', '4', 4, 544],
  ];
  for (const [size, setting, maxFfmpegs, ffmpeg] of EXPORT_SHARES) {
    it(`shares ${size || 'unknown'} MB in an export, with MAX_FFMPEGS="${setting}", among ${maxFfmpegs} ffmpegs`, () => {
      const { exportWork, limits } = parseConfig({
        MEDIA_DIR: '/a',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: size,
        MAX_FFMPEGS: setting,
      });
      const memoryBytes = ffmpeg === null ? null : ffmpeg * 2 ** 20;
      expect(exportWork).to.deep.equal({ maxFfmpegs, sandbox: { cpuSeconds: 5_400, memoryBytes } });
      const all = limits.maxMemoryMegabytes + (ffmpeg ?? 0) * maxFfmpegs;
      if (size !== '') expect(all).to.be.below(Number(size));
    });
  }

  const DERIVED: [Record<string, string>, object | null][] = [
    [{ MEDIA_DIR: '/films' }, null],
    [{ MEDIA_DIR: '/films', DERIVED_DIR: '', DERIVED_BUCKET: '' }, null],
    [
      { MEDIA_DIR: '/films', DERIVED_DIR: '/films-derived' },
      { kind: 'directory', path: '/films-derived' },
    ],
    [
      { MEDIA_BUCKET: 'films', DERIVED_BUCKET: 'derived' },
      { kind: 's3', bucket: 'derived' },
    ],
    [
      { MEDIA_BUCKET: 'films', DERIVED_DIR: '/derived' },
      { kind: 'directory', path: '/derived' },
    ],
  ];
  for (const [environment, derived] of DERIVED) {
    it(`${JSON.stringify(environment)} caches outputs in ${JSON.stringify(derived)}`, () => {
      expect(parseConfig(environment).derived).to.deep.equal(derived);
    });
  }

  it('produces nothing ahead of a viewer, unless it is set', () => {
    const read = (text: string) =>
      parseConfig({ MEDIA_DIR: '/films', HEAD_START_SEGMENTS: text }).headStartSegments;
    expect(['', '0', '1', '16'].map(read)).to.deep.equal([0, 0, 1, 16]);
  });

  const KEYS = `main:${'m'.repeat(32)}`;
  const ACCESS: [Record<string, string>, object][] = [
    [{}, { kind: 'keys', keys: [] }],
    [
      { PUBLIC: '0', SIGNING_KEYS: '' },
      { kind: 'keys', keys: [] },
    ],
    [{ PUBLIC: '1' }, { kind: 'public' }],
    [{ SIGNING_KEYS: KEYS }, { kind: 'keys', keys: [{ id: 'main', secret: 'm'.repeat(32) }] }],
    [{ SIGNING_KEYS_PARAMETER: '/sluice/keys' }, { kind: 'parameter', name: '/sluice/keys' }],
    [
      { SIGNING_KEYS_SECRET: 'sluice/keys', PUBLIC: '0' },
      { kind: 'secret', name: 'sluice/keys' },
    ],
  ];
  // No secret, not even one of a test, goes into a log.
  const titleOf = (value: object) => JSON.stringify(value).replaceAll(/m{32}/g, 'SECRET');
  for (const [environment, access] of ACCESS) {
    it(`${titleOf(environment)} gives access that is ${titleOf(access).slice(0, 40)}`, () => {
      expect(parseConfig({ MEDIA_DIR: '/films', ...environment }).access).to.deep.equal(access);
    });
  }

  it('has a limit for each setting of one, between its least and its most', () => {
    for (const name of LIMIT_NAMES) {
      const { setting, fallback, least, most } = LIMITS[name];
      const read = (text: string) => parseConfig({ MEDIA_DIR: '/films', [setting]: text }).limits[name];
      expect([read(''), read(String(least)), read(String(most))]).to.deep.equal([fallback, least, most]);
      for (const wrong of [String(least - 1), String(most + 1), '1.5', '1e3', ' 1', '0x10', '-1']) {
        const sentence = `The setting ${setting} must be a whole number between ${least} and ${most}.`;
        expect(() => read(wrong), `${setting}=${wrong}`).to.throw(sentence);
      }
    }
  });

  const WRONG: [Record<string, string>, RegExp][] = [
    [{}, /One of the settings MEDIA_BUCKET and MEDIA_DIR must be set/],
    [{ MEDIA_DIR: '/a', MEDIA_BUCKET: 'films' }, /exclude each other/],
    [
      { MEDIA_DIR: '/a', DERIVED_DIR: '/b', DERIVED_BUCKET: 'derived' },
      /DERIVED_BUCKET and DERIVED_DIR exclude/,
    ],
    [{ MEDIA_BUCKET: 'films', DERIVED_BUCKET: 'films' }, /another bucket than MEDIA_BUCKET/],
    [{ MEDIA_DIR: '/a', DERIVED_DIR: '/a/' }, /DERIVED_DIR must not lie in MEDIA_DIR/],
    [{ MEDIA_DIR: '/a', DERIVED_DIR: '/a/b' }, /DERIVED_DIR must not lie in MEDIA_DIR/],
    [{ MEDIA_DIR: '/a/b', DERIVED_DIR: '/a' }, /nor MEDIA_DIR in it/],
    [{ MEDIA_DIR: '/a', DERIVED_DIR: 'derived' }, /DERIVED_DIR must be an absolute path/],
    [{ MEDIA_DIR: 'films' }, /MEDIA_DIR must be an absolute path/],
    [{ MEDIA_BUCKET: 'No Bucket' }, /MEDIA_BUCKET must be the name of an S3 bucket/],
    [{ MEDIA_DIR: '/a', MAX_PIXELS: 'many' }, /MAX_PIXELS must be a whole number between/],
    [{ MEDIA_DIR: '/a', MAX_RESPONSE_BYTES: '999999999' }, /MAX_RESPONSE_BYTES must be .* 209715200/],
    [{ MEDIA_DIR: '/a', MAX_CPU_SECONDS: '0' }, /MAX_CPU_SECONDS must be a whole number between 1/],
    [{ MEDIA_DIR: '/a', HEAD_START_SEGMENTS: '17' }, /HEAD_START_SEGMENTS must be .* between 0 and 16/],
    [{ MEDIA_DIR: '/a', PLAYER_PAGE: 'yes' }, /PLAYER_PAGE must be 1 or 0/],
    [{ MEDIA_DIR: '/a', PUBLIC: 'yes' }, /PUBLIC must be 1 or 0/],
    [{ MEDIA_DIR: '/a', SIGNING_KEYS: 'hush' }, /^The setting SIGNING_KEYS must be a list of (?!.*hush)/],
    [{ MEDIA_DIR: '/a', SIGNING_KEYS: `${KEYS},${KEYS}` }, /SIGNING_KEYS names the key "main" twice\.$/],
    [{ MEDIA_DIR: '/a', SIGNING_KEYS_PARAMETER: 'a b' }, /SIGNING_KEYS_PARAMETER must be a name or an ARN/],
    [
      { MEDIA_DIR: '/a', PUBLIC: '1', SIGNING_KEYS: KEYS },
      /^The settings PUBLIC=1 and SIGNING_KEYS exclude each other: set one of them\.$/,
    ],
    [{ MEDIA_DIR: '/a', PUBLIC: '1', SIGNING_KEYS_SECRET: 'a' }, /PUBLIC=1 and SIGNING_KEYS_SECRET exclude/],
    [{ MEDIA_DIR: '/a', SIGNING_KEYS: KEYS, SIGNING_KEYS_PARAMETER: 'a' }, /exclude each other/],
    ...[
      ...[
        'app.example',
        'https://a.example;https://b.example',
        'https://münchen.example',
        "https://a.example'",
      ],
      ...['https://*.example', 'https://a.example/', 'https://a.example?x', 'https://user@a.example'],
    ].flatMap((origins): [Record<string, string>, RegExp][] => [
      [{ MEDIA_DIR: '/a', ALLOWED_ORIGINS: origins }, /ALLOWED_ORIGINS must be/],
      [{ MEDIA_DIR: '/a', EMBED_ORIGINS: origins }, /EMBED_ORIGINS must be/],
    ]),
    [
      { MEDIA_DIR: '/a', ENCRYPTION: 'rot13', ENCRYPTION_SECRETS: KEYS },
      /ENCRYPTION must be aes-128 or cbcs/,
    ],
    [{ MEDIA_DIR: '/a', ENCRYPTION: 'aes-128' }, /^The setting ENCRYPTION needs ENCRYPTION_SECRETS or /],
    [{ MEDIA_DIR: '/a', ENCRYPTION_SECRETS: KEYS }, /^The setting ENCRYPTION_SECRETS needs ENCRYPTION: /],
    [
      { MEDIA_DIR: '/a', ENCRYPTION_SECRETS_PARAMETER: '/s' },
      /^The setting ENCRYPTION_SECRETS_PARAMETER needs ENCRYPTION: /,
    ],
    [
      {
        ...{ MEDIA_DIR: '/a', ENCRYPTION: 'aes-128' },
        ...{ ENCRYPTION_SECRETS: KEYS, ENCRYPTION_SECRETS_PARAMETER: '/s' },
      },
      /^The settings ENCRYPTION_SECRETS and ENCRYPTION_SECRETS_PARAMETER exclude each other/,
    ],
    [
      { MEDIA_DIR: '/a', PUBLIC: '1', ENCRYPTION: 'aes-128', ENCRYPTION_SECRETS: KEYS },
      /^The setting ENCRYPTION needs signing keys: where everybody may call, everybody would get the key\.$/,
    ],
  ];
  it('lets no cache share playlists where films are encrypted: some name a license by a token', () => {
    const signed = { MEDIA_DIR: '/a', SIGNING_KEYS: KEYS, PLAYLIST_SECONDS: '5' };
    expect(parseConfig(signed).playlistSeconds).to.equal(5);
    const encrypted = { ...signed, ENCRYPTION: 'cbcs', ENCRYPTION_SECRETS: KEYS };
    expect(parseConfig(encrypted).playlistSeconds).to.equal(0);
  });

  for (const [environment, sentence] of WRONG) {
    it(`${titleOf(environment)} is refused in one sentence`, () => {
      expect(() => parseConfig(environment)).to.throw(sentence);
    });
  }
});
