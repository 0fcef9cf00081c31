import * as v from 'valibot';
import { OPTIONS, type OptionName } from '../../infra/option-table.ts';
import { markdownTable } from '../../testing/markdown-table.ts';

const HEAD = `# Options

What a deployment can be told, in \`cdktf.json\`, or for one run in \`CDKTF_CONTEXT_JSON='{"name":"films"}'\`. A wrong option stops
it with one sentence. This page is written from \`infra/option-table.ts\` by \`DOCS_WRITE=1 npx mocha test/docs/*.test.ts\`.
[Operating](operating.md) says what some of them are for.
`;

/** Returns docs/options.md, written from the table of options. */
export function optionsPage(): string {
  const rows = (Object.keys(OPTIONS) as OptionName[]).map((name) => {
    const { schema, means } = OPTIONS[name];
    const fallback = v.getDefault(schema as v.OptionalSchema<v.GenericSchema, unknown>);
    return [`\`${name}\``, `\`${JSON.stringify(fallback)}\``, means];
  });
  return `${HEAD}\n${markdownTable(['option', 'default', 'meaning'], rows)}`;
}
