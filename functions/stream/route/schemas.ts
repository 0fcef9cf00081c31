import * as v from 'valibot';
import { wholeText } from '../base/whole-number.ts';

/**
 * Says what a parameter means, for all that describes the service, with a value as an address has it (null: only
 * the object gives one). The rest of its description follows from its checks.
 */
export const says = <const Schema extends v.GenericSchema<string | undefined, unknown>>(
  schema: Schema,
  means: string,
  example: string | null,
) => v.pipe(schema, v.description(means), v.metadata({ example }));

/** `name=`, `name=1` and `name=true` switch on; `0` and `false` off. */
export const flag = v.optional(
  v.pipe(
    v.string(),
    v.check((text) => ['', '1', 'true', '0', 'false'].includes(text), 'must be 1 or 0'),
    v.transform((text) => !['0', 'false'].includes(text)),
    v.boolean(),
  ),
  '0',
);

/** A whole number, both bounds included. */
export const whole = (least: number, most: number) => v.optional(wholeText(least, most));

/** One of some names. */
export const oneOf = <const Names extends readonly string[]>(names: Names) =>
  v.picklist(names, `must be one of ${names.join(', ')}`);

/** A number with so many decimals at most, both bounds included. */
export const decimal = (least: number, most: number, decimals: 1 | 2) => {
  const message = `must be a number between ${least} and ${most}, with ${decimals} decimal${decimals > 1 ? 's' : ''} at most`;
  return v.optional(
    v.pipe(
      v.string(),
      v.regex(decimals === 1 ? /^-?\d{1,3}(\.\d)?$/ : /^-?\d{1,3}(\.\d{1,2})?$/, message),
      v.transform(Number),
      v.number(),
      v.minValue(least, message),
      v.maxValue(most, message),
    ),
  );
};

export const MAX_SECONDS = 86_400;
/** Seconds of media, from `least` on. */
export const seconds = (least: number) => {
  const message = `must be a number of seconds between ${least} and ${MAX_SECONDS}`;
  return v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,6}(\.\d{1,6})?$/, message),
      v.transform(Number),
      v.number(),
      v.minValue(least, message),
      v.maxValue(MAX_SECONDS, message),
    ),
  );
};

const BITRATE = 'must be between 8k and 50M bits per second, such as 800k, 2.5M or 2500000';
/** Bits per second. */
export const bitrate = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,8}(\.\d{1,3})?[kKmM]?$/, BITRATE),
    v.transform((text) => {
      const scale = /k$/i.test(text) ? 1e3 : /m$/i.test(text) ? 1e6 : 1;
      return Math.round(Number.parseFloat(text) * scale);
    }),
    v.number(),
    v.integer(),
    v.minValue(8_000, BITRATE),
    v.maxValue(50_000_000, BITRATE),
  ),
);

const ACCEPT = 'must list containers and codecs, such as mp4,h264,hevc,aac or video/webm';
/** Names of containers and codecs. */
export const accept = v.optional(
  v.pipe(
    v.string(),
    v.maxLength(400, ACCEPT),
    v.transform((text) => text.split(',').map((name) => name.trim().toLowerCase())),
    v.check((names) => names.every((name) => /^[a-z0-9][a-z0-9./+-]*$/.test(name)), ACCEPT),
  ),
);

/** The version of the object that an address stands for. Any other is answered as one that is gone, whatever it looks like. */
export const version = says(
  v.optional(v.string()),
  'the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced',
  null,
);

const TEXT_TRACK = 'must name subtitles as /info does, such as track-2 or file-en';
/** The name of a text track. */
export const textTrack = says(
  v.optional(v.pipe(v.string(), v.regex(/^(?:track-\d{1,3}|file(?:-[a-z0-9-]{1,40})?)$/, TEXT_TRACK))),
  'subtitles that are drawn into the video, by the name that /info gives them',
  'file-en',
);

/** The number of an audio track. */
export const audioTrack = says(whole(0, 63), 'which audio track, counted from 0', '0');
