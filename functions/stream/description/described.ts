import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { AddressForm } from '../route/address-form.ts';
import { ADDRESSES } from '../route/addresses.ts';
import { type ParameterRoute, SCHEMAS } from '../route/parameters.ts';

export type DescribedParameter = {
  readonly name: string;
  readonly means: string;
  /** As an address has it; null if only an object gives one. */
  readonly example: string | null;
  /** What the checks of the parameter accept. */
  readonly schema: JsonSchema;
};

/** What a service says of itself. */
export type Subject = {
  readonly version: string;
  /** Whether addresses need a token. */
  readonly isSigned: boolean;
  /** First words of the addresses that it does not answer. */
  readonly off: readonly Word[];
};

export type Word = keyof typeof ADDRESSES;

/** Returns every kind of address, in the order of the table. */
export function allForms(): readonly AddressForm[] {
  return Object.values(ADDRESSES).flat();
}

/** Returns the addresses that a service answers. */
export function offeredForms({ off }: Pick<Subject, 'off'>): readonly AddressForm[] {
  const words = (Object.keys(ADDRESSES) as Word[]).filter((word) => !off.includes(word));
  return words.flatMap((word): readonly AddressForm[] => ADDRESSES[word]);
}

/** Returns the placeholders of a path, in their order. */
export function placeholdersOf(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** Returns what a kind of address takes, by the schemas that check it. */
export function parametersOf(route: ParameterRoute): readonly DescribedParameter[] {
  return Object.entries(SCHEMAS[route].entries).map(([name, entry]) => describe(name, entry));
}

function describe(name: string, entry: v.GenericSchema): DescribedParameter {
  const { example } = v.getMetadata(entry) as { readonly example?: string | null };
  // Of what is read from the text, if that is a number or says yes or no; otherwise of the text.
  const whole = toJsonSchema(entry, { typeMode: 'output', errorMode: 'ignore' });
  const { $schema, description, default: fallback, ...rest } = whole;
  // The library copies what is known of a schema, and this example is still text.
  const schema = withoutExample(rest);
  return {
    name,
    means: description ?? '',
    example: example ?? null,
    schema: fallback === undefined ? schema : { ...schema, default: typedValue(String(fallback), schema) },
  };
}

function withoutExample(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== 'example'));
}

/** Returns the value that a text of an address stands for. */
export function typedValue(text: string, { type }: JsonSchema): string | number | boolean {
  if (type === 'boolean') return !['0', 'false'].includes(text);
  const number = Number(text);
  return (type === 'number' || type === 'integer') && Number.isFinite(number) ? number : text;
}
