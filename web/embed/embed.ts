/** `/~{token}/embed/{key}`, as the service has answered it. */
const [, token, key = ''] = /^(?:\/~([^/]*))?\/embed\/(.*)$/.exec(location.pathname) ?? [];
const src = decodeURIComponent(key);
const given = new URLSearchParams(location.search);

// The parameters of this page are attributes of the element.
const player = document.createElement('sluice-player');
player.setAttribute('src', src);
if (token !== undefined) player.setAttribute('token', token);
for (const name of ['start', 'end', 'subtitles']) {
  const value = given.get(name);
  if (value !== null) player.setAttribute(name, value);
}
document.title = src.slice(src.lastIndexOf('/') + 1);
document.body.append(player);
await import('../../packages/player/src/sluice-player.ts');
