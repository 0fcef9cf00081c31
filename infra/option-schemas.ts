import * as v from 'valibot';
import { DEPLOYABLE_SETTINGS } from '../functions/stream/config/settings.ts';

export const text = (fallback: string, pattern: RegExp, message: string) =>
  v.optional(v.pipe(v.string(message), v.regex(pattern, message)), fallback);

/** An empty text stands for none. */
export const textOrNone = (pattern: RegExp, message: string) => {
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

export const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
};

export const flag = v.optional(v.boolean('must be true or false'), false);

export const oneOf = <const Choice extends string | number>(
  fallback: Choice,
  ...others: readonly Choice[]
) => {
  const choices = [fallback, ...others];
  return v.optional(v.picklist(choices, `must be one of ${choices.join(', ')}`), () => fallback);
};

export const bucket = textOrNone(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket');

/** A list without repetitions. */
export const list = (pattern: RegExp, message: string) =>
  v.optional(
    v.pipe(
      v.array(v.pipe(v.string(message), v.regex(pattern, message)), message),
      v.check((items) => new Set(items).size === items.length, message),
    ),
    () => [],
  );

// Function URLs stream in the regions of the standard partition only, which is why ARNs begin with
// `arn:aws:`.
export const REGION =
  /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|north|northeast|northwest|east|southeast|south|southwest|west)-[1-9]$/;

const SETTINGS = 'must be an object of settings such as { "PLAYER_PAGE": "1" }';
const notAList = (message: string) => v.check((value: unknown) => !Array.isArray(value), message);

export const settings = v.pipe(
  // A list is an object too.
  v.unknown(),
  notAList(SETTINGS),
  v.record(
    v.picklist(DEPLOYABLE_SETTINGS, `may hold only ${DEPLOYABLE_SETTINGS.join(', ')}`),
    v.string('must be a string'),
    SETTINGS,
  ),
);

// AWS, "Tag naming limits and requirements".
const TAGS = 'must be an object of up to 40 tags such as { "team": "video" }';
const TAG = /^(?!aws:)[\p{L}\p{N}\p{Zs}_.:/=+@-]*$/iu;
const NAME = 'must be named with up to 128 letters, digits, spaces and _.:/=+-@, and not aws:';
const VALUE = 'must be a text of up to 256 letters, digits, spaces and _.:/=+-@';

/** What every deployment has. */
const OWN_TAGS = ['project', 'deployment'];

export const tags = v.pipe(
  v.unknown(),
  notAList(TAGS),
  v.record(
    v.pipe(v.string(), v.nonEmpty(NAME), v.maxLength(128, NAME), v.regex(TAG, NAME)),
    v.pipe(v.string(VALUE), v.maxLength(256, VALUE), v.regex(TAG, VALUE)),
    TAGS,
  ),
  v.check((given) => Object.keys(given).length <= 40, TAGS),
  // IAM takes names that differ in case for the same.
  v.check(
    (given) => {
      const names = [...OWN_TAGS, ...Object.keys(given).map((name) => name.toLowerCase())];
      return new Set(names).size === names.length;
    },
    `must name each tag once, whatever its case, and neither ${OWN_TAGS.join(' nor ')}`,
  ),
);
