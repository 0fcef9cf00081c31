'use client';

import 'sluice-player';

/** Plays a film, and asks this site for another token before the old one expires. */
export function Player({ film, base, token }) {
  return <sluice-player ref={withRenewal} src={film} base={base} token={token} />;
}

/** React sets no properties of custom elements that it hydrates (react#35446), but their refs. */
function withRenewal(element) {
  if (element !== null) element.renewToken = renewToken;
}

async function renewToken() {
  const answer = await fetch('/token');
  if (!answer.ok) throw new Error(`No token: ${answer.status}`);
  return answer.text();
}
