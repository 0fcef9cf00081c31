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
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 12vh auto; padding: 0 1.25rem; overflow-wrap: anywhere }
main { border: 1px solid light-dark(#d9dee6, #303846); border-radius: 0.85rem; padding: 1.5rem }
svg { width: 1.8rem; fill: light-dark(#0b62b8, #7ab8f5) }
path { fill: light-dark(#fff, #08131f) }
h1 { margin: 0.5rem 0; font-size: 1.4rem; line-height: 1.3 }
code { padding: 0.1rem 0.3rem; border-radius: 0.3rem; background: light-dark(#eceff4, #262d38) }
small { opacity: 0.75 }
</style>
<main>
<svg viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="4"/><path d="M6 4.5v7l6-3.5z"/></svg>
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
