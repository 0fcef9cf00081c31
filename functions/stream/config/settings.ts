import * as v from 'valibot';
import { SCHEMES } from '../base/encryption-schemes.ts';
import { LIMITS, type LimitSetting, limitSchema } from '../base/limits.ts';
import { wholeNumber } from '../base/whole-number.ts';
import {
  absolutePath,
  bucket,
  flag,
  folderOfKeys,
  origins,
  signingKeys,
  storedName,
} from './setting-schemas.ts';

type Setting = {
  /** Takes the text of the environment, or nothing; its issues say what the setting must be. */
  readonly schema: v.GenericSchema<string | undefined, unknown>;
  /**
   * Whether the option `environment` of a deployment accepts it; the stack sets the others from its own
   * options.
   */
  readonly deployable: boolean;
  /** Whether `npm start` takes it from its environment; it sets the others from its own options. */
  readonly local: boolean;
  /** What holds if it is not set, unless the schema's default says so. */
  readonly unset?: string;
  /** One line of docs/settings.md. */
  readonly means: string;
};

const STACK_ONLY = { deployable: false, local: false } as const;
const LOCAL = { deployable: false, local: true } as const;
const ANYWHERE = { deployable: true, local: true } as const;

/** Every setting of the function but its limits, in the order of docs/settings.md. */
export const OWN_SETTINGS = {
  MEDIA_BUCKET: {
    ...STACK_ONLY,
    schema: bucket,
    means: 'the S3 bucket with the media; it or `MEDIA_DIR` is required',
  },
  MEDIA_DIR: {
    ...STACK_ONLY,
    schema: v.optional(absolutePath),
    means: 'an absolute folder with the media; excludes `MEDIA_BUCKET`',
  },
  PUBLIC: {
    ...LOCAL,
    schema: flag('0'),
    unset: '`0` (`npm start`: `1` without keys)',
    means: '`1` opens every address; excludes the three below',
  },
  SIGNING_KEYS: {
    ...LOCAL,
    schema: v.optional(signingKeys),
    means: '`id:secret,…`, up to 16; `openssl rand -hex 32`',
  },
  SIGNING_KEYS_PARAMETER: {
    ...LOCAL,
    schema: storedName,
    means: 'SSM parameter (SecureString) with the same text',
  },
  SIGNING_KEYS_SECRET: {
    ...LOCAL,
    schema: storedName,
    means: 'secret of Secrets Manager with the same text',
  },
  ENCRYPTION: {
    ...LOCAL,
    schema: v.optional(v.picklist(SCHEMES, `must be ${SCHEMES.join(' or ')}`)),
    unset: 'none: clear segments',
    means:
      '`aes-128` encrypts segments for HLS alone, `cbcs` for HLS and DASH; no film is sent in the clear then; needs signed addresses',
  },
  ENCRYPTION_SECRETS: {
    ...LOCAL,
    schema: v.optional(signingKeys),
    means: '`id:secret,…` of which keys are derived; the first is for new playlists; `openssl rand -hex 32`',
  },
  ENCRYPTION_SECRETS_PARAMETER: {
    ...LOCAL,
    schema: storedName,
    means: 'SSM parameter (SecureString) with the same text',
  },
  METRICS: {
    ...STACK_ONLY,
    schema: flag('0'),
    means: '`1` adds metrics to the log, which CloudWatch reads; set by the option `metrics`',
  },
  FUNCTION_ALIAS: {
    ...STACK_ONLY,
    schema: storedName,
    means: 'the alias by which the function sends itself work; set by the option `versions`',
  },
  BEHIND_CDN: {
    ...STACK_ONLY,
    schema: flag('0'),
    means:
      '`1` if only CloudFront can call, which checks tokens itself and bills the transfer; set by the option `cdn`',
  },
  PLAYLIST_SECONDS: {
    ...STACK_ONLY,
    schema: wholeNumber(0, 0, 86_400),
    means: 'for how long CloudFront may answer with a playlist; set by the option `playlistSeconds`',
  },
  DERIVED_BUCKET: {
    ...STACK_ONLY,
    schema: bucket,
    unset: 'none: no caching and no exports',
    means: 'the S3 bucket where outputs are cached; another than `MEDIA_BUCKET`',
  },
  DERIVED_DIR: {
    ...STACK_ONLY,
    schema: v.optional(absolutePath),
    unset: 'none: no caching and no exports',
    means: 'the folder where outputs are cached; not within the media, unless hidden',
  },
  DERIVED_DIR_DAYS: {
    ...LOCAL,
    schema: wholeNumber(30, 1, 3650),
    means: 'age at which what lies in `DERIVED_DIR` is removed; a bucket has the option `derivedExpiryDays`',
  },
  DERIVED_DIR_MEGABYTES: {
    ...LOCAL,
    schema: wholeNumber(20_000, 1, 100_000_000),
    means:
      'size of `DERIVED_DIR` above which the outputs that nobody has used for the longest time are removed',
  },
  HEAD_START_SEGMENTS: {
    ...ANYWHERE,
    schema: wholeNumber(0, 0, 16),
    means: 'encoded segments produced ahead of a viewer, up to 16',
  },
  MAX_EXPORT_INVOCATIONS: {
    ...ANYWHERE,
    schema: wholeNumber(4, 1, 100),
    means: 'how many invocations work on one export at once',
  },
  PUBLIC_EXPORTS: {
    ...ANYWHERE,
    schema: flag('0'),
    unset: '`0` (`npm start`: `1`)',
    means: '`1`: a service that is open to everybody exports too',
  },
  MAX_GB_SECONDS_PER_DAY: {
    ...ANYWHERE,
    schema: wholeNumber(0, 0, 1_000_000_000),
    unset: '`0`: any number',
    means:
      'memory × time of all invocations of a day (UTC), beyond which nothing new is encoded; needs a derived store',
  },
  UNFOLLOWED_EXPORT_SECONDS: {
    ...ANYWHERE,
    schema: wholeNumber(60, 30, 86_400),
    means: 'how long an export goes on that no client follows; the next one has it continued',
  },
  FFMPEG_PATH: {
    ...STACK_ONLY,
    schema: v.optional(absolutePath, '/opt/bin/ffmpeg'),
    means: 'the program (`npm start` sets it)',
  },
  FFPROBE_PATH: {
    ...STACK_ONLY,
    schema: v.optional(absolutePath, '/opt/bin/ffprobe'),
    means: 'the program (`npm start` sets it)',
  },
  PLAYER_PAGE: {
    deployable: true,
    local: false,
    schema: flag('0'),
    means: '`1` serves the player page at `/` (`npm start` does)',
  },
  PAGE_CREDIT: {
    ...ANYWHERE,
    schema: v.optional(v.pipe(v.string(), v.maxLength(300, 'must have at most 300 characters'))),
    means: 'a line under the player',
  },
  UPLOADS: {
    ...ANYWHERE,
    schema: flag('0'),
    means: '`1`: whoever may open `/upload` may add media, and replace none: with `PUBLIC=1` everybody',
  },
  UPLOAD_PREFIX: {
    ...ANYWHERE,
    schema: v.optional(folderOfKeys, 'uploads/'),
    means: 'what every key begins with that is uploaded',
  },
  UPLOAD_MEGABYTES: {
    ...ANYWHERE,
    schema: wholeNumber(2000, 1, 5000),
    means: 'the most of one upload; S3 takes no more than 5 GB by a form',
  },
  ALLOWED_ORIGINS: {
    ...ANYWHERE,
    schema: v.optional(origins),
    means: 'origins whose pages may read answers (CORS), or `*`',
  },
  EMBED_ORIGINS: {
    ...ANYWHERE,
    schema: v.optional(origins),
    unset: 'none: `/embed` is switched off',
    means: 'origins whose pages may frame `/embed/{key}`, or `*`',
  },
  READ_TIMEOUT_SECONDS: {
    ...ANYWHERE,
    schema: wholeNumber(10, 1, 300),
    means: 'silence of the store after which a read is repeated',
  },
  REDIRECT_DOWNLOADS: {
    ...ANYWHERE,
    schema: flag('1'),
    means: '`0`: S3 sends whole files of `/media` and `/made` through the function too',
  },
  PRESIGN_SECONDS: {
    ...ANYWHERE,
    schema: wholeNumber(3600 * 6, 60, 604_800),
    means: 'how long a redirect to the store is valid',
  },
  // Read by the logger itself.
  POWERTOOLS_LOG_LEVEL: {
    ...LOCAL,
    schema: v.optional(v.string(), 'INFO'),
    means: '`ERROR` logs only what failed; set by the option `logLevel`',
  },
} as const satisfies Record<string, Setting>;

type OwnName = keyof typeof OWN_SETTINGS;
export type SettingName = OwnName | LimitSetting;

const LIMIT_SETTINGS: Readonly<Record<string, Setting>> = Object.fromEntries(
  Object.values(LIMITS).map((limit) => [
    limit.setting,
    { ...ANYWHERE, schema: limitSchema(limit), means: limit.means },
  ]),
);

/** Every setting of the function, in the order of docs/settings.md. */
export const SETTINGS: Readonly<Record<SettingName, Setting>> = {
  ...OWN_SETTINGS,
  ...(LIMIT_SETTINGS as Record<LimitSetting, Setting>),
};

type NamesWith<Key extends 'deployable' | 'local'> = {
  [Name in OwnName]: (typeof OWN_SETTINGS)[Name][Key] extends true ? Name : never;
}[OwnName];

/** The settings that the option `environment` of a deployment accepts. */
export type DeployableSetting = NamesWith<'deployable'> | LimitSetting;
export const DEPLOYABLE_SETTINGS = namesWith('deployable') as readonly DeployableSetting[];
/** The settings that `npm start` passes on from its own environment. */
export const LOCAL_SETTINGS = namesWith('local');

function namesWith(key: 'deployable' | 'local'): readonly SettingName[] {
  return (Object.keys(SETTINGS) as SettingName[]).filter((name) => SETTINGS[name][key]).sort();
}

/** The settings but the limits, as the function takes them. */
export type Settings = { [Name in OwnName]: v.InferOutput<(typeof OWN_SETTINGS)[Name]['schema']> };
