#!/usr/bin/env bash
# dash.js 5.2.1: CMCD in request headers is mode `headers`, while its own types (and so an editor) allow `header` alone,
# which is taken without a word and sends the data in the query instead: a page that keeps its addresses cacheable this
# way gets an address of its own for each request, and TypeScript refuses the value that works.
#
# Seen (Debian's Chromium 156), of the requests for segments: with `header` all have CMCD in their query and none a
# header, with `headers` none and all; tsc refuses `headers`, and takes `header`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts dashjs@5.2.1 playwright-core@1.65.1 typescript@5.9.3 >/dev/null
dpkg-query -W chromium
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -t 8 -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p \
  -f dash -seg_duration 2 film.mpd
for mode in header headers; do
  cat >"$mode.mts" <<TS
import type { MediaPlayerSettingClass } from 'dashjs';
export const settings: MediaPlayerSettingClass = { streaming: { cmcd: { enabled: true, mode: '$mode' } } };
TS
  npx tsc --noEmit --skipLibCheck --module nodenext "$mode.mts" >/dev/null && echo "$mode: taken" || echo "$mode: refused"
done | tee types
[[ $(<types) == $'header: taken\nheaders: refused' ]]
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

let asked = [];
const server = createServer(({ url, headers }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (pathname.endsWith('.ico')) return response.writeHead(404).end();
  if (pathname.endsWith('.m4s')) {
    asked.push([searchParams.has('CMCD'), Object.keys(headers).some((name) => name.startsWith('cmcd-'))]);
  }
  if (pathname === '/') response.setHeader('content-type', 'text/html');
  response.end(pathname === '/' ? '<!doctype html><video muted></video>' : readFileSync(`.${pathname}`));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
});
const seen = {};
for (const mode of ['header', 'headers']) {
  asked = [];
  const page = await browser.newPage();
  await page.goto(origin);
  await page.addScriptTag({ path: 'node_modules/dashjs/dist/modern/umd/dash.all.min.js' });
  await page.evaluate(async (mode) => {
    const video = document.querySelector('video');
    const player = dashjs.MediaPlayer().create();
    player.updateSettings({ streaming: { cmcd: { enabled: true, mode } } });
    player.initialize(video, 'film.mpd', true);
    while (video.currentTime < 1) await new Promise((resolve) => setTimeout(resolve, 50));
  }, mode);
  await page.close();
  const all = (index) => (asked.every((each) => each[index]) ? 'all' : asked.some((each) => each[index]) ? 'some' : 'none');
  seen[mode] = asked.length > 0 ? `query ${all(0)}, headers ${all(1)}` : 'nothing asked for';
}
await browser.close();
server.close();
console.log(seen);
process.exit(seen.header === 'query all, headers none' && seen.headers === 'query none, headers all' ? 0 : 1);
JS
timeout 300 node try.mjs
