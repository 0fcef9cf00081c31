import {
  allForms,
  type DescribedParameter,
  parametersOf,
  placeholdersOf,
} from '../../functions/stream/description/described.ts';
import type { AddressForm } from '../../functions/stream/route/address-form.ts';
import { PLACEHOLDERS, type Placeholder } from '../../functions/stream/route/placeholders.ts';

/** Returns src/table.ts: every address and its parameters as types, from the tables by which the service checks them. */
export function clientTable(): string {
  const forms = allForms();
  return `// Written from functions/stream/route by \`DOCS_WRITE=1 npx mocha test/packages/*.test.ts\`.

/** What each address takes: what stands in its path, and its parameters. */
export type Addresses = {
${forms.map(membersOf).join('')}};

/** The path of each address, with the names of what stands in it. */
export const PATHS: { readonly [Name in keyof Addresses]: string } = {
${forms.map(({ name, path }) => `  ${name}: '${path}',\n`).join('')}};
`;
}

function membersOf({ name, path, takes, means }: AddressForm): string {
  const inPath = placeholdersOf(path) as readonly Placeholder[];
  const inQuery = parametersOf(takes);
  const twice = inQuery.find((parameter) => inPath.some((placeholder) => placeholder === parameter.name));
  if (twice !== undefined) throw new Error(`${path} and its query both have a ${twice.name}.`);
  const head = `  /** \`${path}\`: ${means} */\n  ${name}: `;
  if (inPath.length + inQuery.length === 0) return `${head}Record<never, never>;\n`;
  const members = [
    ...inPath.map((each) => memberOf(each, PLACEHOLDERS[each].means, `: ${TYPES[PLACEHOLDERS[each].type]}`)),
    ...inQuery.map((each) => memberOf(each.name, describe(each), `?: ${typeOf(each)} | undefined`)),
  ];
  return `${head}{\n${members.join('')}  };\n`;
}

function memberOf(name: string, means: string, type: string): string {
  return `    /** ${means} */\n    ${/^\w+$/.test(name) ? name : `'${name}'`}${type};\n`;
}

function describe({ means, schema: { minimum, maximum, default: fallback } }: DescribedParameter): string {
  const range = minimum === undefined || maximum === undefined ? '' : `; ${minimum} to ${maximum}`;
  const usual =
    fallback === undefined || fallback === '' || fallback === false ? '' : `; ${fallback} without it`;
  return `${means}${range}${usual}`;
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ string: 'string', integer: 'number', number: 'number', boolean: 'boolean' },
};

function typeOf({ name, schema }: DescribedParameter): string {
  if (schema.enum !== undefined) {
    return schema.enum.map((each) => (/^\d+$/.test(String(each)) ? each : `'${each}'`)).join(' | ');
  }
  const type = TYPES[String(schema.type)];
  if (type === undefined) throw new Error(`The type of ${name} is unknown.`);
  // A number is written as its text.
  const isNumber = schema.pattern !== undefined && new RegExp(schema.pattern).test('1');
  return isNumber ? 'string | number' : type;
}
