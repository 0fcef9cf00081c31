import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { firstIssue } from '../functions/stream/base/first-issue.ts';
import { wholeText } from '../functions/stream/base/whole-number.ts';
import { parseConfig } from '../functions/stream/config/config.ts';
import type { Environment } from '../functions/stream/config/read-settings.ts';
import { LOCAL_SETTINGS } from '../functions/stream/config/settings.ts';
import { parseCommandLine, withNpmOptions } from './command-line.ts';
import { demoDirectory } from './function.ts';

/** The options of `npm start`. */
export type StartOptions = {
  /** The function's settings, checked; the path of ffmpeg is added later. */
  readonly settings: Readonly<Record<string, string>>;
  /** Describes what is served, for a person. */
  readonly served: string;
  /** Null takes 8080 or the next free port; 0 any free one. */
  readonly port: number | null;
  readonly maxInstances: number;
  /** Whether to cap responses as AWS does. */
  readonly bandwidth: boolean;
  /** Whether the log is JSON in a terminal, too. */
  readonly isJson: boolean;
  /** Whether the page is opened in a browser. */
  readonly opens: boolean;
  /** Where outputs are cached: as the settings say, or in a temporary folder until the end. */
  readonly derived: 'as-set' | 'until-the-end';
};

export const USAGE = `Usage: npm start -- [DIR] [--derived DIR | --no-derived] [--port N] [--max-instances N]
                       [--upload] [--bandwidth] [--json] [--open]

  DIR, --media DIR    the folder to serve; without it MEDIA_DIR, MEDIA_BUCKET or the demo film
  --derived DIR       the folder where outputs are cached; without it DERIVED_DIR, DERIVED_BUCKET or a folder that is
                      removed at the end
  --no-derived        cache nothing, and produce everything again
  --upload            let the page add files to the folder uploads/ in DIR, or to that of a bucket
  --port N            0 to 65535; without it PORT, or 8080 and if that is taken the next free one
  --max-instances N   how many requests are worked on at once, 1 to 100 (32)
  --bandwidth         cap each response at 2 MB/s after its first 6 MB, as AWS does
  --json              log in JSON, as it does where the output is no terminal
  --open              open the page in a browser

FFMPEG_DIRECTORY names a folder with other ffmpeg and ffprobe, such as dist/ffmpeg of \`npm run ffmpeg:build\`.
`;

export const DEMO_CREDIT =
  'Big Buck Bunny © 2008 Blender Foundation, www.bigbuckbunny.org, licensed CC BY 3.0 (creativecommons.org/licenses/by/3.0)';

/** Throws an Error with one sentence that says what is wrong. */
export function parseStart(args: readonly string[], environment: Environment): StartOptions | 'help' {
  const { values, positionals } = parseCommandLine(withNpmOptions(args, environment));
  if (values.help) return 'help';
  const port = values.port ?? (environment.PORT || undefined);
  const portName = values.port === undefined ? 'PORT' : '--port';
  const [folder, ...more] = [...(values.media === undefined ? [] : [values.media]), ...positionals];
  if (more.length > 0) throw new Error(`One folder can be served, and ${more.length + 1} are named.`);
  const media = mediaSettings(values.media === undefined ? 'DIR' : '--media', folder, environment);
  const derived = derivedSettings(values.derived, values['no-derived'] ?? false, environment);
  const settings = {
    PLAYER_PAGE: '1',
    ...accessSettings(environment),
    ...pick(environment, LOCAL_SETTINGS),
    ...media.settings,
    ...derived.settings,
    ...(values.upload ? { UPLOADS: '1' } : {}),
  };
  parseConfig(settings);
  return {
    settings,
    served: media.served,
    port: port === undefined ? null : whole(portName, port, 0, 65_535),
    maxInstances: whole('--max-instances', values['max-instances'] ?? '32', 1, 100),
    bandwidth: values.bandwidth ?? false,
    isJson: values.json ?? false,
    opens: values.open ?? false,
    derived: derived.kind,
  };
}

/** Only this machine reaches a loopback address: what it serves is public until somebody sets keys. */
function accessSettings(environment: Environment): Record<string, string> {
  if (environment.SIGNING_KEYS) return {};
  const isStored = Boolean(environment.SIGNING_KEYS_PARAMETER || environment.SIGNING_KEYS_SECRET);
  return isStored ? awsAccess(environment) : { PUBLIC: '1', PUBLIC_EXPORTS: '1' };
}

function mediaSettings(name: string, folder: string | undefined, environment: Environment) {
  const { MEDIA_BUCKET: bucket, MEDIA_DIR: directory } = environment;
  if (folder === undefined && bucket) {
    if (directory) throw new Error('MEDIA_BUCKET and MEDIA_DIR are both set: unset one of them.');
    const settings = { ...awsAccess(environment), MEDIA_BUCKET: bucket };
    return { settings, served: `the bucket ${bucket}` };
  }
  const chosen = folder ?? (directory || undefined);
  if (chosen === undefined) {
    const settings = { PAGE_CREDIT: DEMO_CREDIT, MEDIA_DIR: demoDirectory };
    return { settings, served: `the demo film. ${DEMO_CREDIT}` };
  }
  const path = existingFolder(folder === undefined ? 'MEDIA_DIR' : name, chosen);
  return { settings: { MEDIA_DIR: path }, served: `the folder ${path}` };
}

type DerivedSettings = { readonly kind: StartOptions['derived']; readonly settings: Record<string, string> };

function derivedSettings(
  folder: string | undefined,
  isOff: boolean,
  environment: Environment,
): DerivedSettings {
  const { DERIVED_BUCKET: bucket, DERIVED_DIR: directory } = environment;
  if (folder !== undefined && isOff) {
    throw new Error('--derived and --no-derived exclude each other: use one of them.');
  }
  if (isOff) return { kind: 'as-set', settings: {} };
  if (folder === '') throw new Error('--derived must name a folder.');
  const path = folder ?? (directory || undefined);
  if (folder === undefined && bucket) {
    if (directory) throw new Error('DERIVED_BUCKET and DERIVED_DIR are both set: unset one of them.');
    return { kind: 'as-set', settings: { ...awsAccess(environment), DERIVED_BUCKET: bucket } };
  }
  if (path === undefined) return { kind: 'until-the-end', settings: {} };
  // The folder is created if missing.
  return { kind: 'as-set', settings: { DERIVED_DIR: resolve(path) } };
}

function existingFolder(name: string, path: string): string {
  const absolute = resolve(path);
  const stats = path === '' ? undefined : statSync(absolute, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(`${name}: there is no folder ${JSON.stringify(path)}.`);
  if (!stats.isDirectory()) throw new Error(`${name}: ${JSON.stringify(path)} is not a folder.`);
  return absolute;
}

function whole(name: string, text: string, least: number, most: number): number {
  const result = v.safeParse(wholeText(least, most), text);
  if (result.success) return result.output;
  throw new Error(`${name} ${firstIssue(result.issues).message}, and ${JSON.stringify(text)} is not.`);
}

/** Returns what the AWS SDK needs to find credentials, region and endpoint as it would in this shell. */
function awsAccess(environment: Environment): Record<string, string> {
  const names = Object.keys(environment).filter((name) => /^AWS_(?!LAMBDA_)/.test(name));
  const access = pick(environment, [...names, 'HOME', 'PATH', 'NODE_EXTRA_CA_CERTS']);
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  if (region) return { ...access, AWS_REGION: region };
  // A configuration file may name the region, which a default in the environment would override.
  const configuration = environment.AWS_CONFIG_FILE || join(environment.HOME ?? homedir(), '.aws/config');
  return existsSync(configuration) ? access : { ...access, AWS_REGION: 'us-east-1' };
}

function pick(environment: Environment, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = environment[name];
    if (value) picked[name] = value;
  }
  return picked;
}
