import { ADDRESSES } from '../route/addresses.ts';
import { FOUND_BY_PLAYERS } from '../route/player-addresses.ts';
import { offeredForms, parametersOf, type Subject } from './described.ts';

/** Returns the description of a service as a text for language models (llmstxt.org). */
export function llmsText(subject: Subject): string {
  const rows = offeredForms(subject)
    .filter(({ name }) => !BY_PLAYERS.has(name))
    .map(({ path, takes, means }) => {
      const names = parametersOf(takes).map(({ name }) => name);
      return `- \`${path}\`: ${means}${names.length === 0 ? '' : ` (${names.join(', ')})`}`;
    });
  return `# Sluice

> Streams audio and video out of an object store: as files, HLS, DASH and images. Everything is produced on request.

\`GET\` and \`HEAD\`. \`{key}\` is the object's key, slashes and all, percent-encoded where needed. Parameters of the query
stand in parentheses; a wrong one is 400, in a sentence (RFC 9457).${subject.isSigned ? TOKEN : ''}

${rows.join('\n')}

## Descriptions

- [OpenAPI](/openapi.json): every address and parameter, with ranges and examples
- [Health](/health): the versions of the service and of ffmpeg
`;
}

const TOKEN = '\nEvery address of media begins with `/~{token}`, which its operator has signed.';

const BY_PLAYERS = new Set<string>(
  [...Object.values(FOUND_BY_PLAYERS), ADDRESSES.assets].flatMap((forms) => forms.map(({ name }) => name)),
);
