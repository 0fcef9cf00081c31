import { availableParallelism } from 'node:os';
import { relative, sep } from 'node:path';
import { type Limits, readLimits } from '../base/limits.ts';
import { type AccessConfig, accessOf } from '../route/access-config.ts';
import type { UploadBounds } from '../route/upload.ts';
import { type SandboxLimits, sandboxWithin } from '../sandbox/process-limits.ts';
import { type EncryptionConfig, encryptionOf } from './encryption.ts';
import { ffmpegBuildOf } from './ffmpeg-build.ts';
import { type Environment, readSettings } from './read-settings.ts';
import type { Settings } from './settings.ts';

/** A bucket or a folder. */
export type Place =
  | { readonly kind: 's3'; readonly bucket: string }
  | { readonly kind: 'directory'; readonly path: string };

/** What a folder of outputs may hold, as lifecycle rules say it of a bucket. */
export type DirectoryBounds = {
  /** The age at which outputs and records are removed. */
  readonly expirySeconds: number;
  /** Above it, the outputs whose last use is longest ago are removed. */
  readonly mostBytes: number;
};

/** The settings of the function, read once from the environment. */
export type Config = {
  readonly media: Place;
  /** Where outputs are cached; null if they are not. */
  readonly derived: Place | null;
  /** What a folder of outputs may hold; a bucket has rules of its own. */
  readonly derivedBounds: DirectoryBounds;
  /** How many invocations may work on one export at once. */
  readonly maxExportInvocations: number;
  /** What all instances may use in a day; null for any amount. */
  readonly maxGbSecondsPerDay: number | null;
  /** How long an export goes on that no client follows. */
  readonly unfollowedExportSeconds: number;
  /** Whether complete files may be requested at all. */
  readonly offersExports: boolean;
  /** How many segments are produced ahead of a viewer; 0 for none. */
  readonly headStartSegments: number;
  readonly access: AccessConfig;
  /** How segments are encrypted; null if they are not. */
  readonly encryption: EncryptionConfig | null;
  /** Whether only CloudFront can call, which checks tokens, may pass them on in a header, and bills transfer itself. */
  readonly hasEdge: boolean;
  /** For how long a shared cache may answer with a playlist; 0 for not at all. */
  readonly playlistSeconds: number;
  /** Whether the log carries metrics. */
  readonly hasMetrics: boolean;
  /** The alias by which the function sends itself work; null for the function itself. */
  readonly functionAlias: string | null;
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  readonly allowedOrigins: readonly string[];
  readonly playerPage: boolean;
  /** Whose pages may frame a player of this service; `*` for all. */
  readonly embedOrigins: readonly string[];
  /** Whether the store itself sends whole files where it can. */
  readonly redirectDownloads: boolean;
  /** What may be added to the media; null for nothing. */
  readonly uploads: UploadBounds | null;
  /** A line of credit under the player, such as the demo film's licence asks for. */
  readonly pageCredit: string | null;
  /** The function's memory as Lambda reports it; null if it does not. */
  readonly memoryMegabytes: number | null;
  readonly limits: FunctionLimits;
  /** The limits of one ffmpeg. */
  readonly sandbox: SandboxLimits;
  readonly exportWork: ExportWork;
};

/** What an invocation that works on an export has instead of `maxFfmpegs` and `sandbox`. */
export type ExportWork = { readonly maxFfmpegs: number; readonly sandbox: SandboxLimits };

export type FunctionLimits = Limits & {
  /** How long the store may be silent in mid-read before the read is repeated. */
  readonly readTimeoutSeconds: number;
  /** How long a presigned address is valid. */
  readonly presignSeconds: number;
  /** Cores that ffmpeg has, for predictions of time. */
  readonly cores: number;
  /** The build of ffmpeg that produces the output, for addresses that stand for its bytes. */
  readonly ffmpegBuild: () => string;
};

/** Throws an Error with one sentence that names the setting which is missing or wrong. */
export function parseConfig(environment: Environment): Config {
  const settings = readSettings(environment);
  const megabytes = environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE || undefined;
  const work = withinMemory(readLimits(environment), megabytes);
  const access = accessOf(settings);
  return {
    media: mediaOf(settings),
    derived: derivedOf(settings),
    derivedBounds: {
      expirySeconds: settings.DERIVED_DIR_DAYS * 86_400,
      mostBytes: settings.DERIVED_DIR_MEGABYTES * 1_000_000,
    },
    maxExportInvocations: settings.MAX_EXPORT_INVOCATIONS,
    maxGbSecondsPerDay: budgetOf(settings),
    unfollowedExportSeconds: settings.UNFOLLOWED_EXPORT_SECONDS,
    // An export costs as much as a thousand other requests: whoever opens it to everybody says so.
    offersExports: !settings.PUBLIC || settings.PUBLIC_EXPORTS,
    headStartSegments: settings.HEAD_START_SEGMENTS,
    access,
    encryption: encryptionOf(settings, access),
    hasEdge: settings.BEHIND_CDN,
    // A manifest of an encrypted film has the token of whoever asks in it.
    playlistSeconds: settings.ENCRYPTION === undefined ? settings.PLAYLIST_SECONDS : 0,
    hasMetrics: settings.METRICS,
    functionAlias: settings.FUNCTION_ALIAS ?? null,
    ffmpegPath: settings.FFMPEG_PATH,
    ffprobePath: settings.FFPROBE_PATH,
    allowedOrigins: settings.ALLOWED_ORIGINS ?? [],
    playerPage: settings.PLAYER_PAGE,
    embedOrigins: settings.EMBED_ORIGINS ?? [],
    redirectDownloads: settings.REDIRECT_DOWNLOADS,
    uploads: uploadsOf(settings),
    pageCredit: settings.PAGE_CREDIT ?? null,
    memoryMegabytes: megabytes === undefined ? null : Number(megabytes),
    limits: {
      ...work,
      readTimeoutSeconds: settings.READ_TIMEOUT_SECONDS,
      presignSeconds: settings.PRESIGN_SECONDS,
      cores: availableParallelism(),
      ffmpegBuild: ffmpegBuildOf(settings.FFMPEG_PATH),
    },
    sandbox: sandboxWithin(work, megabytes),
    exportWork: exportWorkOf(work, megabytes),
  };
}

function exportWorkOf(limits: Limits, megabytes: string | undefined): ExportWork {
  const maxFfmpegs = Math.max(limits.maxFfmpegs, FFMPEGS_OF_AN_EXPORT);
  return { maxFfmpegs, sandbox: sandboxWithin({ ...limits, maxFfmpegs }, megabytes) };
}

/** The video and the audio of a film are encoded side by side. */
const FFMPEGS_OF_AN_EXPORT = 2;

/** In a small function ffmpeg needs most of the memory: its sandbox gets the rest. */
function withinMemory(limits: Limits, megabytes: string | undefined): Limits {
  const most = Math.floor(Number(megabytes ?? Number.POSITIVE_INFINITY) * OWN_SHARE);
  return most < limits.maxMemoryMegabytes ? { ...limits, maxMemoryMegabytes: most } : limits;
}

const OWN_SHARE = 0.4;

function mediaOf({ MEDIA_BUCKET, MEDIA_DIR }: Settings): Place {
  const place = placeOf('MEDIA', MEDIA_BUCKET, MEDIA_DIR);
  if (place === null) throw new Error('One of the settings MEDIA_BUCKET and MEDIA_DIR must be set.');
  return place;
}

function budgetOf({ MAX_GB_SECONDS_PER_DAY, DERIVED_BUCKET, DERIVED_DIR }: Settings): number | null {
  if (MAX_GB_SECONDS_PER_DAY === 0) return null;
  if (DERIVED_BUCKET !== undefined || DERIVED_DIR !== undefined) return MAX_GB_SECONDS_PER_DAY;
  throw new Error(
    'The setting MAX_GB_SECONDS_PER_DAY needs DERIVED_BUCKET or DERIVED_DIR, where all instances count.',
  );
}

/** Returns null if uploads are switched off. */
export function uploadsOf({ UPLOADS, UPLOAD_PREFIX, UPLOAD_MEGABYTES }: Settings): UploadBounds | null {
  return UPLOADS ? { prefix: UPLOAD_PREFIX, mostBytes: UPLOAD_MEGABYTES * 1_000_000 } : null;
}

/** Outside the media: outputs must not be streamed as media or expire together with it. */
function derivedOf({ DERIVED_BUCKET, DERIVED_DIR, MEDIA_BUCKET, MEDIA_DIR }: Settings): Place | null {
  if (DERIVED_BUCKET !== undefined && DERIVED_BUCKET === MEDIA_BUCKET) {
    throw new Error('The setting DERIVED_BUCKET must name another bucket than MEDIA_BUCKET.');
  }
  if (DERIVED_DIR !== undefined && MEDIA_DIR !== undefined && isVisible(DERIVED_DIR, MEDIA_DIR)) {
    throw new Error('The setting DERIVED_DIR must not lie in MEDIA_DIR, unless hidden, nor MEDIA_DIR in it.');
  }
  return placeOf('DERIVED', DERIVED_BUCKET, DERIVED_DIR);
}

function placeOf(name: string, bucket: string | undefined, path: string | undefined): Place | null {
  if (bucket !== undefined && path !== undefined) {
    throw new Error(`The settings ${name}_BUCKET and ${name}_DIR exclude each other: set one of them.`);
  }
  if (bucket !== undefined) return { kind: 's3', bucket };
  return path === undefined ? null : { kind: 'directory', path };
}

/** Hidden folders are not served. */
function isVisible(derived: string, media: string): boolean {
  const down = relative(media, derived).split(sep);
  if (down[0] !== '..') return !down.some((name) => name.startsWith('.'));
  return relative(derived, media).split(sep)[0] !== '..';
}
