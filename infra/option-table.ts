import * as v from 'valibot';
import { SCHEMES } from '../functions/stream/base/encryption-schemes.ts';
import {
  bucket,
  flag,
  list,
  oneOf,
  REGION,
  settings,
  tags,
  text,
  textOrNone,
  whole,
} from './option-schemas.ts';

type Option = {
  /** Its issues say what the option must be. */
  readonly schema: v.GenericSchema<never, unknown> | v.GenericSchema;
  /** One line of docs/options.md. */
  readonly means: string;
};

const PARAMETER = /^(\/[\w.-]+)+$/;
const RESERVED = 'must be "auto", null or a whole number from 0 to 10000';
const COUNTRIES = 'must be a list of countries in two letters such as ["DE", "AT"], each once';
const HOSTNAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** All options of a deployment, in the order of docs/options.md. */
export const OPTIONS = {
  name: {
    // The prefix of all names; the name of a bucket can be this long.
    schema: text(
      'sluice',
      /^[a-z][a-z0-9-]{0,25}[a-z0-9]$/,
      'must have 2 to 27 characters of a-z, 0-9 and -',
    ),
    means: 'the prefix of all names; another name is another deployment',
  },
  region: {
    schema: text('us-east-1', REGION, 'must be an AWS region such as eu-west-1'),
    means: 'a standard region; another region is another deployment',
  },
  moreRegions: {
    schema: list(REGION, 'must be a list of AWS regions such as ["eu-west-1"], each once'),
    means: 'regions in which the same is deployed as well, each with buckets and an address of its own',
  },
  public: { schema: flag, means: '`true`: everybody may see every object' },
  signingKeysParameter: {
    schema: textOrNone(PARAMETER, 'must be the name of an SSM parameter such as /sluice/signing-keys'),
    means: 'SSM SecureString with the signing keys, encrypted with the key `aws/ssm` or that of `kmsKey`',
  },
  cdn: { schema: flag, means: 'CloudFront in front; needs `public` or `signingKeysParameter`' },
  encryption: {
    schema: v.optional(v.nullable(v.picklist(SCHEMES, `must be null or one of ${SCHEMES.join(', ')}`)), null),
    means: '`aes-128` or `cbcs`: films are sent [encrypted](encryption.md) alone',
  },
  encryptionSecretsParameter: {
    schema: textOrNone(PARAMETER, 'must be the name of an SSM parameter'),
    means: 'SSM SecureString with the secrets of their keys',
  },
  mediaBucket: {
    schema: bucket,
    means: 'an existing bucket of the region with the media; its policy is left alone',
  },
  architecture: { schema: oneOf('arm64', 'x86_64'), means: 'the processor' },
  runtime: { schema: oneOf('nodejs24.x', 'nodejs22.x'), means: "Lambda's runtime" },
  memoryMegabytes: {
    // 1.7 virtual CPUs, and the most that a new AWS account is granted; below 512 a transcode has too little
    // memory.
    schema: v.optional(whole(512, 10_240), 3008),
    means: '512 to 10240; 1769 are one CPU',
  },
  timeoutSeconds: { schema: v.optional(whole(10, 900), 900), means: '10 to 900' },
  reservedConcurrency: {
    schema: v.optional(v.nullable(v.union([v.literal('auto'), whole(0, 10_000)], RESERVED)), 'auto'),
    means:
      'how many instances at most, 0 for none; `auto`: 20 if everybody may call; `null`: all of the account',
  },
  provisionedConcurrency: {
    schema: v.optional(whole(0, 10_000), 0),
    means:
      'instances that are always ready, and always billed; needs `versions`, at most `reservedConcurrency`',
  },
  versions: {
    schema: flag,
    means: '`true`: each deployment is a version, and the address leads to one of them: `npm run rollback`',
  },
  environment: {
    schema: v.optional(settings, {}),
    means: 'settings of the function ([settings](settings.md)), such as `{ "PLAYER_PAGE": "1" }`',
  },
  logLevel: { schema: oneOf('INFO', 'DEBUG', 'WARN', 'ERROR'), means: 'what is logged' },
  logRetentionDays: {
    schema: oneOf(30, 1, 3, 5, 7, 14, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    means: 'for how many days the log is stored',
  },
  // If false, everything is produced again for every viewer.
  keepDerived: {
    schema: v.optional(v.boolean('must be true or false'), true),
    means: '`false`: no derived bucket, and no exports',
  },
  derivedExpiryDays: {
    schema: v.optional(whole(1, 3650), 30),
    means: 'days after which outputs are deleted',
  },
  unfinishedUploadDays: {
    schema: v.optional(whole(0, 365), 0),
    means: 'days after which uploads to the media bucket that nobody completed are deleted; 0 for never',
  },
  tags: {
    schema: v.optional(tags, {}),
    means: 'tags of everything but objects in S3, such as `{ "team": "video" }`',
  },
  kmsKey: {
    schema: textOrNone(
      /^(create|arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64})$/,
      'must be "create" or the ARN of a KMS key',
    ),
    means: '`create`, or the ARN of a key of the region: it encrypts buckets, log, variables and lost events',
  },
  alarmTopicArn: {
    schema: textOrNone(/^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'must be the ARN of an SNS topic'),
    means: 'SNS topic of the region that receives the [alarms](operating.md#alarms)',
  },
  metrics: {
    schema: flag,
    means:
      '`true`: [metrics](operating.md#metrics) of requests and players, and a dashboard; CloudWatch bills each metric',
  },
  keepLostEvents: {
    schema: flag,
    means: '`true`: work for exports that no instance took or finished goes to a queue, with an alarm',
  },
  xray: { schema: flag, means: "`true`: X-Ray traces requests, at Lambda's own rate" },
  playlistSeconds: {
    schema: v.optional(whole(0, 86_400), 0),
    means:
      'for how long CloudFront answers playlists, manifests and subtitles without asking the function; 0: it asks each time',
  },
  domain: {
    schema: textOrNone(HOSTNAME, 'must be a host name such as media.example.org'),
    means: 'the name under which CloudFront answers; needs `hostedZone` or `certificateArn`',
  },
  hostedZone: {
    schema: textOrNone(HOSTNAME, 'must be the name of a public hosted zone such as example.org'),
    means:
      "Route 53's zone of the domain, which gets its addresses and, without `certificateArn`, a certificate",
  },
  certificateArn: {
    schema: textOrNone(
      /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]{1,64}$/,
      'must be the ARN of a certificate in us-east-1',
    ),
    means: 'an existing certificate for the domain',
  },
  priceClass: {
    schema: oneOf('PriceClass_All', 'PriceClass_200', 'PriceClass_100'),
    means: 'where CloudFront answers: everywhere, or only in cheaper places',
  },
  webAclArn: {
    schema: textOrNone(
      /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]{1,128}\/[\w-]{1,64}$/,
      'must be the ARN of a global web ACL of WAF',
    ),
    means: 'the web ACL of WAF that CloudFront asks',
  },
  allowCountries: {
    schema: list(/^[A-Z]{2}$/, COUNTRIES),
    means: 'the only countries that CloudFront serves',
  },
  blockCountries: {
    schema: list(/^[A-Z]{2}$/, COUNTRIES),
    means: 'countries that CloudFront does not serve',
  },
  accessLogs: {
    schema: flag,
    means: '`true`: CloudFront writes its requests into a bucket, for as long as the log is stored',
  },
  hstsSeconds: {
    schema: v.optional(whole(0, 63_072_000), 0),
    means:
      'for how long browsers use HTTPS only (Strict-Transport-Security of CloudFront); 0 for no word of it',
  },
  ffmpegDirectory: {
    schema: textOrNone(/^\S(.*\S)?$/, 'must be a folder with ffmpeg and ffprobe'),
    means: 'another `ffmpeg` and `ffprobe`: [a folder](deploy.md#a-current-ffmpeg)',
  },
  stateBucket: { schema: bucket, means: "S3 bucket for Terraform's state, in the region" },
  providerVersion: {
    schema: text('6.66.0', /^\d{1,3}\.\d{1,4}\.\d{1,4}$/, 'must be a version such as 6.66.0'),
    means: "version of Terraform's provider; 6.28.0 or newer if the URL is open",
  },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

/** The options as they are after parsing. */
export type Given = { [Name in OptionName]: v.InferOutput<(typeof OPTIONS)[Name]['schema']> };
