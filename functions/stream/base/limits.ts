import * as v from 'valibot';
import { wholeNumber } from './whole-number.ts';

/** The most work of each kind that a request may cause; each has a setting. */
export type Limits = Readonly<Record<LimitName, number>>;
export type LimitName = keyof typeof LIMITS;
export type LimitSetting = (typeof LIMITS)[LimitName]['setting'];

type Limit = {
  readonly setting: string;
  /** Describes what the setting limits, for docs/settings.md. */
  readonly means: string;
  readonly fallback: number;
  /** The bounds of the setting, both included. */
  readonly least: number;
  readonly most: number;
  /** Begins the sentence that reports an excess. */
  readonly tell: (value: number | string) => string;
};

/**
 * Limits, checked before work starts; a request beyond one is refused in a sentence that names the value and
 * the limit.
 */
export const LIMITS = {
  maxSourceBytes: {
    setting: 'MAX_SOURCE_BYTES',
    means: 'size of a file that is decoded',
    fallback: 100_000_000_000,
    least: 1,
    most: 999_999_999_999,
    tell: (bytes) => `The file that would be decoded has ${bytes} bytes`,
  },
  maxSourceSeconds: {
    setting: 'MAX_SOURCE_SECONDS',
    means: 'duration of media that is decoded',
    fallback: 30 * 3600,
    least: 1,
    most: 864_000,
    tell: (seconds) => `The media to decode lasts ${seconds} seconds`,
  },
  maxTracks: {
    setting: 'MAX_TRACKS',
    means: 'tracks of a file that is more than passed on',
    fallback: 64,
    least: 1,
    most: 1_000,
    tell: (tracks) => `The file has ${tracks} tracks`,
  },
  maxPixels: {
    setting: 'MAX_PIXELS',
    means: 'width × height of a frame that is decoded',
    fallback: 4096 * 2304,
    least: 256 * 256,
    most: 16_384 * 16_384,
    tell: (pixels) => `The frames to decode have ${pixels} pixels`,
  },
  maxFrameRate: {
    setting: 'MAX_FRAME_RATE',
    means: 'frames a second of video that is decoded',
    // Some demuxers report this rate for containers without a rate of their own.
    fallback: 1_000,
    least: 1,
    most: 10_000,
    tell: (rate) => `The video to decode has ${rate} frames a second`,
  },
  maxOutputHeight: {
    setting: 'MAX_OUTPUT_HEIGHT',
    means: 'height of an encoded frame',
    fallback: 4320,
    least: 240,
    most: 4320,
    tell: (lines) => `A height of ${lines} lines was requested`,
  },
  maxOutputBitrate: {
    setting: 'MAX_OUTPUT_BITRATE',
    means: 'bits per second of an output',
    fallback: 50_000_000,
    least: 150_000,
    most: 50_000_000,
    tell: (bits) => `A bitrate of ${bits} bits per second was requested`,
  },
  maxDurationSeconds: {
    setting: 'MAX_DURATION_SECONDS',
    means: 'duration of one repackaged or transcoded output',
    fallback: 6 * 3600,
    least: 1,
    most: 86_400,
    tell: (seconds) => `The response would last ${seconds} seconds`,
  },
  maxCpuSeconds: {
    setting: 'MAX_CPU_SECONDS',
    means: 'processor time of one ffmpeg, predicted and enforced',
    // The largest Lambda has six cores, which can do this much in one invocation.
    fallback: 5_400,
    least: 1,
    most: 86_400,
    tell: (seconds) => `The work would take about ${seconds} seconds of a processor`,
  },
  maxExportCpuSeconds: {
    setting: 'MAX_EXPORT_CPU_SECONDS',
    means: 'processor time of one export, over all its invocations',
    // All the invocations of an export share this: enough for a film of some hours.
    fallback: 36_000,
    least: 1,
    most: 8_640_000,
    tell: (seconds) => `The export would take about ${seconds} seconds of a processor`,
  },
  maxExports: {
    setting: 'MAX_EXPORTS',
    means: 'exports that are not finished, of the whole service',
    fallback: 32,
    least: 1,
    most: 1_000,
    tell: (exports) => `With this one ${exports} exports of the service would not be finished`,
  },
  maxKeyExports: {
    setting: 'MAX_KEY_EXPORTS',
    means: 'of these, those that were begun by addresses of one signing key',
    fallback: 16,
    least: 1,
    most: 1_000,
    tell: (exports) => `With this one ${exports} exports by one signing key would not be finished`,
  },
  maxObjectExports: {
    setting: 'MAX_OBJECT_EXPORTS',
    means: 'of these, those of one object',
    fallback: 4,
    least: 1,
    most: 1_000,
    tell: (exports) => `With this one ${exports} exports of this object would not be finished`,
  },
  maxMeasuringSeconds: {
    setting: 'MAX_MEASURING_SECONDS',
    means: 'measuring the loudness before the first byte of `/stream`; beyond it, one pass has to do',
    // Twenty minutes of audio; browsers and players wait that long.
    fallback: 30,
    least: 0,
    most: 600,
    tell: (seconds) => `Measuring the loudness would take about ${seconds} seconds`,
  },
  maxResponseBytes: {
    setting: 'MAX_RESPONSE_BYTES',
    means: 'bytes of one response',
    fallback: 200_000_000,
    least: 1_000_000,
    most: 209_715_200,
    tell: (bytes) => `The response could have ${bytes} bytes`,
  },
  maxRanges: {
    setting: 'MAX_RANGES',
    means: 'ranges in one request',
    fallback: 32,
    least: 1,
    most: 1_000,
    tell: (ranges) => `The request asks for ${ranges} ranges`,
  },
  maxFfmpegs: {
    setting: 'MAX_FFMPEGS',
    means: 'ffmpegs and ffprobes at once in one instance; a worker of an export has two',
    fallback: 1,
    least: 1,
    most: 64,
    tell: (processes) => `${processes} ffmpegs would run at once`,
  },
  maxMemoryMegabytes: {
    setting: 'MAX_MEMORY_MEGABYTES',
    means:
      "above it, or 40 % of the function's memory, work is refused with 503; all ffmpegs share the rest less 64 MB",
    fallback: 768,
    least: 128,
    most: 10_240,
    tell: (megabytes) => `The service holds ${megabytes} MB of memory`,
  },
} as const satisfies Record<string, Limit>;

/** The most pixels of a frame that any setting allows. */
export const MOST_PIXELS = LIMITS.maxPixels.most;

export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[];

/**
 * Reads the limits; unset ones have their defaults. Throws an Error with one sentence that names the wrong
 * setting.
 */
export function readLimits(environment: Readonly<Record<string, string | undefined>>): Limits {
  const limits = LIMIT_NAMES.map((name) => [name, readLimit(LIMITS[name], environment)] as const);
  return Object.fromEntries(limits) as Limits;
}

/** Tolerance of measured values: so little above a limit still counts as the limit. */
const THOUSANDTH = 0.001;

/**
 * Says in a sentence which limit is exceeded and which setting it has, or returns null; `shown` is the value
 * as people write it.
 */
export function excessOf<Name extends LimitName>(
  name: Name,
  value: number,
  limits: Pick<Limits, Name>,
  shown?: string,
): string | null {
  if (value <= limits[name] + THOUSANDTH) return null;
  const { tell, setting } = LIMITS[name];
  return `${tell(shown ?? Math.round(value * 1000) / 1000)}, and the limit is ${limits[name]} (${setting})`;
}

/** Returns the schema of a limit's setting. */
export function limitSchema({ fallback, least, most }: Limit) {
  return wholeNumber(fallback, least, most);
}

function readLimit(limit: Limit, environment: Readonly<Record<string, string | undefined>>): number {
  const { setting } = limit;
  const result = v.safeParse(limitSchema(limit), environment[setting] || undefined);
  if (result.success) return result.output;
  throw new Error(`The setting ${setting} ${result.issues[0].message}.`);
}
