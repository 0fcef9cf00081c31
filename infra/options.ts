import * as v from 'valibot';
import { firstIssue } from '../functions/stream/base/first-issue.ts';
import { SCHEMES, type Scheme } from '../functions/stream/config/encryption.ts';
import { DEPLOYABLE_SETTINGS } from '../functions/stream/config/settings.ts';
import { checkFunctionSettings } from './function-settings.ts';

/** Who may call, and through what. */
export type Access =
  /** Only callers with AWS credentials that permit it: the URL itself checks them. */
  | { readonly kind: 'callers' }
  /** Everybody. */
  | { readonly kind: 'public' }
  /** Through CloudFront only: everybody, or with keys only holders of a signed address. */
  | { readonly kind: 'cdn'; readonly keysParameter: string | null }
  /** Holders of a signed address; the keys are in this SSM parameter. */
  | { readonly kind: 'signed'; readonly keysParameter: string };

/** Whether anybody may call. */
export function isOpen(access: Access): boolean {
  return access.kind === 'public' || (access.kind === 'cdn' && access.keysParameter === null);
}

/** Returns the SSM parameter with the keys that sign addresses; null if they are not signed. */
export function keysParameterOf(access: Access): string | null {
  return 'keysParameter' in access ? access.keysParameter : null;
}

type Given = v.InferOutput<typeof OPTIONS>;

/** How segments are encrypted; the secrets are in this SSM parameter. */
export type EncryptionOptions = { readonly scheme: Scheme; readonly secretsParameter: string };

type Combined =
  | 'public'
  | 'signingKeysParameter'
  | 'cdn'
  | 'reservedConcurrency'
  | 'encryption'
  | 'encryptionSecretsParameter';

export type Options = Omit<Given, Combined> & {
  readonly access: Access;
  /** Null if segments are sent in the clear. */
  readonly encryption: EncryptionOptions | null;
  /** How many instances at most; null for as many as the account has. */
  readonly reservedConcurrency: number | null;
};

/** Throws an Error with one sentence that names the option which is unknown or wrong. */
export function parseOptions(context: Readonly<Record<string, unknown>>): Options {
  const unknown = Object.keys(context).find((name) => !Object.hasOwn(OPTIONS.entries, name));
  if (unknown !== undefined) {
    const known = Object.keys(OPTIONS.entries).join(', ');
    throw new Error(`There is no option ${JSON.stringify(unknown)}; the options are ${known}.`);
  }
  const result = v.safeParse(OPTIONS, context, { abortEarly: true });
  if (!result.success) {
    const { name, message } = firstIssue(result.issues);
    throw new Error(`The option ${name} ${message}.`);
  }
  const {
    public: isPublic,
    signingKeysParameter,
    cdn,
    encryption: scheme,
    encryptionSecretsParameter,
    ...options
  } = result.output;
  const access = accessOf(isPublic, signingKeysParameter, cdn);
  const encryption = encryptionOf(scheme, encryptionSecretsParameter, access);
  checkProvider(options, access);
  checkTopic(options.alarmTopicArn, options.region);
  checkFunctionSettings(options.environment, options.keepDerived);
  return {
    ...options,
    access,
    encryption,
    reservedConcurrency: concurrencyOf(options.reservedConcurrency, access),
  };
}

/** What everybody may cause at once: some ten viewers of encoded films, and with 3,008 MB four dollars an hour. */
const OPEN_CONCURRENCY = 20;

function concurrencyOf(given: Given['reservedConcurrency'], access: Access): number | null {
  if (given !== 'auto') return given;
  return isOpen(access) ? OPEN_CONCURRENCY : null;
}

function accessOf(isPublic: boolean, keysParameter: string | null, cdn: boolean): Access {
  if (isPublic && keysParameter !== null) {
    throw new Error('The options public and signingKeysParameter exclude each other: set one of them.');
  }
  if (cdn && !isPublic && keysParameter === null) {
    throw new Error(
      'The option cdn needs public: true or signingKeysParameter, since CloudFront does not check callers.',
    );
  }
  if (cdn) return { kind: 'cdn', keysParameter };
  if (keysParameter !== null) return { kind: 'signed', keysParameter };
  return { kind: isPublic ? 'public' : 'callers' };
}

function encryptionOf(
  scheme: Scheme | null,
  secretsParameter: string | null,
  access: Access,
): EncryptionOptions | null {
  if ((scheme === null) !== (secretsParameter === null)) {
    throw new Error('The options encryption and encryptionSecretsParameter need each other.');
  }
  if (scheme === null || secretsParameter === null) return null;
  if (keysParameterOf(access) === null) {
    throw new Error(
      'The option encryption needs signingKeysParameter: without tokens, whoever may call would get the key.',
    );
  }
  return { scheme, secretsParameter };
}

/**
 * Older providers cannot grant everything that AWS has required for an open URL, or for CloudFront, since
 * October 2025.
 */
function checkProvider(
  { providerVersion, mediaBucket }: { readonly providerVersion: string; readonly mediaBucket: string | null },
  access: Access,
): void {
  const [major = 0, minor = 0] = providerVersion.split('.').map(Number);
  if (mediaBucket !== null && major < 6) {
    throw new Error('The option providerVersion must be 6.0.0 or newer where mediaBucket names a bucket.');
  }
  if (access.kind === 'callers' || major > 6 || (major === 6 && minor >= 28)) return;
  throw new Error(
    'The option providerVersion must be 6.28.0 or newer where the URL is public or takes signed addresses.',
  );
}

function checkTopic(arn: string | null, region: string): void {
  if (arn === null || arn.split(':')[3] === region) return;
  throw new Error(`The option alarmTopicArn must name a topic in ${region}, where the alarms are.`);
}

const text = (fallback: string, pattern: RegExp, message: string) =>
  v.optional(v.pipe(v.string(message), v.regex(pattern, message)), fallback);

/** An empty text stands for none. */
const textOrNone = (pattern: RegExp, message: string) => {
  const sentence = `${message}, or empty`;
  const check = v.check<string, string>((value) => value === '' || pattern.test(value), sentence);
  return v.optional(
    v.pipe(
      v.string(sentence),
      check,
      v.transform((value) => (value === '' ? null : value)),
    ),
    '',
  );
};

const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
};

const flag = v.optional(v.boolean('must be true or false'), false);

const oneOf = <const Choice extends string | number>(fallback: Choice, ...others: readonly Choice[]) => {
  const choices = [fallback, ...others];
  return v.optional(v.picklist(choices, `must be one of ${choices.join(', ')}`), () => fallback);
};

const bucket = textOrNone(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket');

const SETTINGS = 'must be an object of settings such as { "PLAYER_PAGE": "1" }';
const settings = v.pipe(
  // A list is an object too.
  v.unknown(),
  v.check((value) => !Array.isArray(value), SETTINGS),
  v.record(
    v.picklist(DEPLOYABLE_SETTINGS, `may hold only ${DEPLOYABLE_SETTINGS.join(', ')}`),
    v.string('must be a string'),
    SETTINGS,
  ),
);

// Function URLs stream in the regions of the standard partition only, which is why ARNs begin with
// `arn:aws:`.
const REGION =
  /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|north|northeast|northwest|east|southeast|south|southwest|west)-[1-9]$/;

const RESERVED = 'must be "auto", null or a whole number from 0 to 10000';

const PARAMETER = /^(\/[\w.-]+)+$/;

const OPTIONS = v.object({
  // The prefix of all names; the name of a bucket can be this long.
  name: text('sluice', /^[a-z][a-z0-9-]{0,25}[a-z0-9]$/, 'must have 2 to 27 characters of a-z, 0-9 and -'),
  region: text('us-east-1', REGION, 'must be an AWS region such as eu-west-1'),
  public: flag,
  signingKeysParameter: textOrNone(
    PARAMETER,
    'must be the name of an SSM parameter such as /sluice/signing-keys',
  ),
  cdn: flag,
  encryption: v.optional(
    v.nullable(v.picklist(SCHEMES, `must be null or one of ${SCHEMES.join(', ')}`)),
    null,
  ),
  encryptionSecretsParameter: textOrNone(PARAMETER, 'must be the name of an SSM parameter'),
  mediaBucket: bucket,
  architecture: oneOf('arm64', 'x86_64'),
  runtime: oneOf('nodejs24.x', 'nodejs22.x'),
  // 1.7 virtual CPUs, and the most that a new AWS account is granted; below 512 a transcode has too little
  // memory.
  memoryMegabytes: v.optional(whole(512, 10_240), 3008),
  timeoutSeconds: v.optional(whole(10, 900), 900),
  // `auto`: a limit where everybody may call, otherwise none.
  reservedConcurrency: v.optional(
    v.nullable(v.union([v.literal('auto'), whole(0, 10_000)], RESERVED)),
    'auto',
  ),
  environment: v.optional(settings, {}),
  logLevel: oneOf('INFO', 'DEBUG', 'WARN', 'ERROR'),
  logRetentionDays: oneOf(30, 1, 3, 5, 7, 14, 60, 90, 120, 150, 180, 365, 400, 545, 731),
  // If false, everything is produced again for every viewer.
  keepDerived: v.optional(v.boolean('must be true or false'), true),
  derivedExpiryDays: v.optional(whole(1, 3650), 30),
  alarmTopicArn: textOrNone(
    /^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
    'must be the ARN of an SNS topic',
  ),
  ffmpegDirectory: textOrNone(/^\S(.*\S)?$/, 'must be a folder with ffmpeg and ffprobe'),
  stateBucket: bucket,
  providerVersion: text('6.66.0', /^\d{1,3}\.\d{1,4}\.\d{1,4}$/, 'must be a version such as 6.66.0'),
});
