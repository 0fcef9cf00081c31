import * as v from 'valibot';
import type { Scheme } from '../functions/stream/base/encryption-schemes.ts';
import { firstIssue } from '../functions/stream/base/first-issue.ts';
import { checkFunctionSettings } from './function-settings.ts';
import { checkTogether } from './option-rules.ts';
import { type Given, OPTIONS } from './option-table.ts';

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

/** Returns the options of each region's own deployment. */
export function deploymentsOf(options: Options): readonly Options[] {
  return [options.region, ...options.moreRegions].map((region) => ({ ...options, region }));
}

const SCHEMA = v.object(
  Object.fromEntries(Object.entries(OPTIONS).map(([name, { schema }]) => [name, schema])),
);

/** Throws an Error with one sentence that names the option which is unknown or wrong. */
export function parseOptions(context: Readonly<Record<string, unknown>>): Options {
  const unknown = Object.keys(context).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) {
    const known = Object.keys(OPTIONS).join(', ');
    throw new Error(`There is no option ${JSON.stringify(unknown)}; the options are ${known}.`);
  }
  const result = v.safeParse(SCHEMA, context, { abortEarly: true });
  if (!result.success) {
    const { name, message } = firstIssue(result.issues);
    throw new Error(`The option ${name} ${message}.`);
  }
  const given = result.output as Given;
  const {
    public: isPublic,
    signingKeysParameter,
    cdn,
    encryption: scheme,
    encryptionSecretsParameter,
    ...options
  } = given;
  const access = accessOf(isPublic, signingKeysParameter, cdn);
  const encryption = encryptionOf(scheme, encryptionSecretsParameter, access);
  checkProvider(options, access);
  checkTogether(given);
  checkFunctionSettings(options.environment, options.keepDerived);
  const reservedConcurrency = concurrencyOf(options.reservedConcurrency, access);
  if (reservedConcurrency !== null && options.provisionedConcurrency > reservedConcurrency) {
    throw new Error(
      `The option provisionedConcurrency must not exceed reservedConcurrency, which is ${reservedConcurrency}.`,
    );
  }
  return { ...options, access, encryption, reservedConcurrency };
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
