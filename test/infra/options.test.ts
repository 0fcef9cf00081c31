import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Options, parseOptions } from '../../infra/options.ts';

const file = new URL('../../cdktf.json', import.meta.url);
const { context } = JSON.parse(readFileSync(file, 'utf8')) as { context: Record<string, unknown> };

const OPEN_CDN = { public: true, cdn: true };

describe('parseOptions', () => {
  const good: [context: Record<string, unknown>, options: Partial<Options>][] = [
    [{}, { name: 'sluice', architecture: 'arm64', runtime: 'nodejs24.x', access: { kind: 'callers' } }],
    [{ public: true }, { access: { kind: 'public' } }],
    [{ public: true, cdn: true }, { access: { kind: 'cdn', keysParameter: null } }],
    [{ signingKeysParameter: '/k', cdn: true }, { access: { kind: 'cdn', keysParameter: '/k' } }],
    [{ signingKeysParameter: '/a/keys' }, { access: { kind: 'signed', keysParameter: '/a/keys' } }],
    [{ mediaBucket: '' }, { mediaBucket: null }],
    [{ mediaBucket: 'my.films-1' }, { mediaBucket: 'my.films-1' }],
    [{ memoryMegabytes: 10_240 }, { memoryMegabytes: 10_240 }],
    [{ reservedConcurrency: 0 }, { reservedConcurrency: 0 }],
    [{ reservedConcurrency: null, public: true }, { reservedConcurrency: null }],
    [{}, { reservedConcurrency: null }],
    [{ signingKeysParameter: '/k', cdn: true }, { reservedConcurrency: null }],
    [{}, { encryption: null }],
    [
      { signingKeysParameter: '/k', encryption: 'aes-128', encryptionSecretsParameter: '/s' },
      { encryption: { scheme: 'aes-128', secretsParameter: '/s' } },
    ],
    [{ public: true }, { reservedConcurrency: 20 }],
    [{ public: true, cdn: true }, { reservedConcurrency: 20 }],
    [{ public: true, reservedConcurrency: 'auto' }, { reservedConcurrency: 20 }],
    [{ public: true, reservedConcurrency: 100 }, { reservedConcurrency: 100 }],
    [{ environment: { PLAYER_PAGE: '1' } }, { environment: { PLAYER_PAGE: '1' } }],
    [{ environment: { MAX_EXPORT_INVOCATIONS: '8' } }, { environment: { MAX_EXPORT_INVOCATIONS: '8' } }],
    [{ environment: { MAX_GB_SECONDS_PER_DAY: '90' } }, { environment: { MAX_GB_SECONDS_PER_DAY: '90' } }],
    [{ region: 'ap-southeast-2' }, { region: 'ap-southeast-2' }],
    [{ providerVersion: '5.100.0' }, { providerVersion: '5.100.0' }],
    [{ public: true, providerVersion: '6.28.0' }, { providerVersion: '6.28.0' }],
    [{ public: true, providerVersion: '7.0.0' }, { providerVersion: '7.0.0' }],
  ];
  for (const [given, expected] of good) {
    it(`takes ${JSON.stringify(given)}`, () => {
      const options = parseOptions(given);
      for (const [name, value] of Object.entries(expected)) {
        expect(options[name as keyof Options], name).to.deep.equal(value);
      }
    });
  }

  const topic = 'arn:aws:sns:eu-west-1:123456789012:alarms';
  const bad: [context: Record<string, unknown>, sentence: RegExp][] = [
    [{ memroy: 1 }, /^There is no option "memroy"; the options are name, region, .*, providerVersion\.$/],
    [{ toString: 1 }, /^There is no option "toString"/],
    [{ name: 'Sluice' }, /^The option name must have 2 to 27 characters of a-z, 0-9 and -\.$/],
    [{ name: `a${'b'.repeat(27)}` }, /^The option name must /],
    [{ region: 'eu-west' }, /^The option region must be an AWS region such as eu-west-1\.$/],
    [{ region: 'eu-weest-1' }, /^The option region /],
    [{ region: '' }, /^The option region /],
    [{ region: 'us-gov-west-1' }, /^The option region /],
    [{ memoryMegabytes: 511 }, /^The option memoryMegabytes must be a whole number from 512 to 10240\.$/],
    [{ memoryMegabytes: 10_241 }, /^The option memoryMegabytes /],
    [{ memoryMegabytes: '3008' }, /^The option memoryMegabytes /],
    [{ memoryMegabytes: 1024.5 }, /^The option memoryMegabytes /],
    [{ timeoutSeconds: 901 }, /^The option timeoutSeconds must be a whole number from 10 to 900\.$/],
    [
      { keepDerived: false, environment: { MAX_GB_SECONDS_PER_DAY: '90' } },
      /^The option environment is wrong: The setting MAX_GB_SECONDS_PER_DAY needs DERIVED_BUCKET /,
    ],
    [{ reservedConcurrency: -1 }, /^The option reservedConcurrency /],
    [{ reservedConcurrency: 'many' }, /^The option reservedConcurrency must be "auto", null or a whole /],
    [{ architecture: 'x64' }, /^The option architecture must be one of arm64, x86_64\.$/],
    [{ runtime: 'nodejs20.x' }, /^The option runtime must be one of nodejs24.x, nodejs22.x\.$/],
    [{ public: 'yes' }, /^The option public must be true or false\.$/],
    [{ public: 1 }, /^The option public /],
    [{ public: true, signingKeysParameter: '/k' }, /^The options public and signingKeysParameter exclude /],
    [{ cdn: true }, /^The option cdn needs public: true or signingKeysParameter, .*\.$/],
    [
      { cdn: true, public: true, signingKeysParameter: '/k' },
      /^The options public and signingKeysParameter exclude /,
    ],
    [
      { signingKeysParameter: 'keys' },
      /^The option signingKeysParameter must be the name of an SSM parameter/,
    ],
    [{ signingKeysParameter: '/a/*' }, /^The option signingKeysParameter /],
    [{ encryption: 'des' }, /^The option encryption must be null or one of aes-128, cbcs/],
    [{ encryption: 'aes-128' }, /^The options encryption and encryptionSecretsParameter need each other\.$/],
    [{ encryptionSecretsParameter: '/s' }, /^The options encryption and encryptionSecretsParameter need /],
    [
      { public: true, encryption: 'aes-128', encryptionSecretsParameter: '/s' },
      /^The option encryption needs signingKeysParameter: /,
    ],
    [{ mediaBucket: 'My_Films' }, /^The option mediaBucket must be the name of an S3 bucket, or empty\.$/],
    [{ mediaBucket: null }, /^The option mediaBucket /],
    [{ logLevel: 'info' }, /^The option logLevel must be one of INFO, DEBUG, WARN, ERROR\.$/],
    [{ logRetentionDays: 31 }, /^The option logRetentionDays must be one of 30, 1, 3, /],
    [{ keepDerived: 'no' }, /^The option keepDerived must be true or false/],
    [{ derivedExpiryDays: 0 }, /^The option derivedExpiryDays /],
    [{ alarmTopicArn: 'topic' }, /^The option alarmTopicArn must be the ARN of an SNS topic, or empty\.$/],
    [{ alarmTopicArn: topic }, /^The option alarmTopicArn must name one in us-east-1, /],
    [{ domain: 'media.example.org', hostedZone: 'example.org' }, /^The option domain needs cdn: true\.$/],
    [{ priceClass: 'PriceClass_100' }, /^The option priceClass needs cdn: true\.$/],
    [{ hstsSeconds: 1 }, /^The option hstsSeconds needs cdn: true\.$/],
    [{ playlistSeconds: 1 }, /^The option playlistSeconds needs cdn: true\.$/],
    [{ public: true, cdn: true, playlistSeconds: 86_401 }, /^The option playlistSeconds must be .* 86400\.$/],
    [
      {
        ...{ signingKeysParameter: '/k', cdn: true, playlistSeconds: 5 },
        ...{ encryption: 'cbcs', encryptionSecretsParameter: '/s' },
      },
      /^The option playlistSeconds is for clear films/,
    ],
    [
      { ...OPEN_CDN, domain: 'media.example.org' },
      /^The option domain needs hostedZone or certificateArn\.$/,
    ],
    [{ ...OPEN_CDN, hostedZone: 'example.org' }, /^The options hostedZone and certificateArn need domain\.$/],
    [
      { ...OPEN_CDN, domain: 'media.example.com', hostedZone: 'example.org' },
      /^The option domain must end with \.example\.org, /,
    ],
    [
      { ...OPEN_CDN, allowCountries: ['DE'], blockCountries: ['AT'] },
      /^The options allowCountries and blockCountries exclude each other/,
    ],
    [
      { ...OPEN_CDN, allowCountries: ['Germany'] },
      /^The option allowCountries\.0 must be a list of countries/,
    ],
    [{ ...OPEN_CDN, webAclArn: 'acl' }, /^The option webAclArn must be the ARN of a global web ACL/],
    [{ provisionedConcurrency: 2 }, /^The option provisionedConcurrency needs versions: true\.$/],
    [
      { public: true, versions: true, provisionedConcurrency: 21 },
      /^The option provisionedConcurrency must not exceed reservedConcurrency, which is 20\.$/,
    ],
    [{ keepLostEvents: true, keepDerived: false }, /^The option keepLostEvents needs keepDerived/],
    [{ unfinishedUploadDays: 7, mediaBucket: 'films' }, /^The option unfinishedUploadDays is for a bucket /],
    [{ kmsKey: 'mine' }, /^The option kmsKey must be "create" or the ARN of a KMS key, or empty\.$/],
    [
      { kmsKey: `arn:aws:kms:eu-west-1:123456789012:key/1a2b` },
      /^The option kmsKey must name one in us-east-1/,
    ],
    [
      { ...OPEN_CDN, accessLogs: true, moreRegions: ['eu-south-1'] },
      /^The option accessLogs does not work in eu-south-1: /,
    ],
    [{ moreRegions: ['us-east-1'] }, /^The option moreRegions names us-east-1 again\.$/],
    [{ moreRegions: ['eu-west-1'], mediaBucket: 'films' }, /^The option mediaBucket is for one region; /],
    [{ tags: { 'aws:x': 'a' } }, /^The option tags\.aws:x must be named with /],
    [{ tags: { team: 'a;b' } }, /^The option tags\.team must be a text of /],
    [{ tags: { Project: 'a' } }, /^The option tags must name each tag once, whatever its case, and neither /],
    [{ tags: { team: 'a', Team: 'b' } }, /^The option tags must name each tag once/],
    [{ tags: [] }, /^The option tags must be an object of up to 40 tags /],
    [{ environment: { PUBLIC: '1' } }, /^The option environment\.PUBLIC may hold only ALLOWED_ORIGINS, /],
    [{ environment: { PLAYER_PAGE: 1 } }, /^The option environment\.PLAYER_PAGE must be a string\.$/],
    [{ environment: { PLAYER_PAGE: '2' } }, /^The option environment is wrong: The setting PLAYER_PAGE /],
    [{ environment: [] }, /^The option environment must be an object of settings /],
    [{ providerVersion: '~> 6.0' }, /^The option providerVersion must be a version such as 6\.66\.0\.$/],
    [
      { mediaBucket: 'films', providerVersion: '5.100.0' },
      /^The option providerVersion must be 6\.0\.0 or newer where mediaBucket names a bucket\.$/,
    ],
    [{ public: true, providerVersion: '6.27.9' }, /^The option providerVersion must be 6\.28\.0 or newer /],
    [{ signingKeysParameter: '/k', providerVersion: '5.100.0' }, /^The option providerVersion must be 6\.28/],
  ];
  for (const [given, sentence] of bad) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      expect(() => parseOptions(given)).to.throw(Error, sentence);
    });
  }

  it('finds every option with its default in cdktf.json', () => {
    expect(parseOptions(context)).to.deep.equal(parseOptions({}));
    for (const name of Object.keys(context)) {
      expect(() => parseOptions({ [name]: Symbol.for('wrong') }), name).to.throw(`The option ${name} `);
    }
    const known = /the options are (.*)\.$/.exec(sentenceOf(() => parseOptions({ '': 1 })))?.[1]?.split(', ');
    expect(Object.keys(context)).to.deep.equal(known);
  });
});

function sentenceOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}
