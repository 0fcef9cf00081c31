import * as v from 'valibot';
import { SETTINGS, type SettingName } from '../../functions/stream/config/settings.ts';
import { markdownTable } from '../../testing/markdown-table.ts';

const HEAD = `# Settings

Environment variables of the function, read once; a wrong one stops the start with one sentence that names it. This page
is written from \`functions/stream/config/settings.ts\` and \`functions/stream/base/limits.ts\` by \`DOCS_WRITE=1 npx mocha test/docs/*.test.ts\`.

Set by: **d**, the option \`environment\` of a deployment (the stack sets the others as its own options say); **l**, the
environment of \`npm start\` (which has options of its own for the others).
`;

const FOOT = `
The AWS SDK reads its own variables (\`AWS_REGION\`, \`AWS_ENDPOINT_URL_S3\`, …): the region, endpoint and credentials for S3.

An id of a key has 1 to 32 of \`a-z 0-9 _ -\`, a secret 32 to 256 characters. With neither \`PUBLIC=1\` nor keys, every
address of media answers 403.

\`npm start\` takes \`--media DIR\`, \`--port N\`, \`--max-instances N\` (32), \`--bandwidth\` (Lambda's 2 MB/s after the first
6 MB), \`--derived DIR\` (outputs are cached there, and not only until the end) or \`--no-derived\`, and \`PORT\`. It only
answers to the names 127.0.0.1, localhost and [::1].
`;

/** Returns docs/settings.md, written from the table of settings. */
export function settingsPage(): string {
  const names = Object.keys(SETTINGS) as SettingName[];
  const rows = names.map((name) => {
    const { deployable, local, means } = SETTINGS[name];
    const setBy = [deployable ? 'd' : '', local ? 'l' : ''].filter((by) => by !== '').join(', ');
    return [`\`${name}\``, defaultOf(name), setBy, means];
  });
  return `${HEAD}\n${markdownTable(['setting', 'default', 'set by', 'meaning'], rows)}${FOOT}`;
}

function defaultOf(name: SettingName): string {
  const { schema, unset } = SETTINGS[name];
  if (unset !== undefined) return unset;
  const fallback = v.getDefault(schema as v.OptionalSchema<v.GenericSchema, string | undefined>);
  return fallback === undefined ? 'none' : `\`${fallback}\``;
}
