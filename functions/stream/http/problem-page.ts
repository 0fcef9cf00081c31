import { escapeMarkup } from '../base/escape-markup.ts';
import type { ProblemBody } from '../base/problem-body.ts';

/** Returns whether a person opens the address in a browser, rather than a player or a script. */
export function isOpenedInBrowser(asked: Headers): boolean {
  return /^(?:document|iframe)$/.test(asked.get('sec-fetch-dest') ?? '');
}

/** Writes a problem as a page for a person. */
export function problemPage({ title, detail, type }: ProblemBody, requestId: string): string {
  const advice = ADVICE[type.slice(type.lastIndexOf(':') + 1)] ?? '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 10vh auto; padding: 0 1rem; overflow-wrap: anywhere }
small { opacity: 0.7 }
</style>
<main>
<h1>${escapeMarkup(title)}</h1>
<p>${escapeMarkup(detail)}</p>
${advice}<p><small>Request ${escapeMarkup(requestId)}</small></p>
</main>
</html>
`;
}

const SIGNED = `<p>Media of this service opens with an address that its operator has signed and sent to you. Ask for a new one.</p>
<p>Operators sign with <code>npx sluice sign KEY --expires 2h --base https://this.service</code>, with <code>--route console</code> for the player page (<code>PLAYER_PAGE=1</code>).</p>
`;

/** What a person can do about it, by the type of the problem. */
const ADVICE: Readonly<Record<string, string>> = {
  unsigned: SIGNED,
  expired: SIGNED,
  'bad-signature': SIGNED,
};
