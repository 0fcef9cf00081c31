#!/usr/bin/env bash
# Firefox ESR 153 (Debian's): a WebM with one keyframe, such as a recorder may write, shows nothing while it comes: not
# even `loadedmetadata` is fired before the whole file is there, although size and tracks stand in its head. With a
# keyframe each second it is fired at once, and Chromium 156 fires it at once in both.
#
# Seen, where nine tenths of 8 s have come: nothing of the film with one keyframe, and all as soon as the last tenth
# came.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts puppeteer-core@24.43.1 >/dev/null
dpkg-query -W ffmpeg chromium firefox-esr
for distance in 25 1000; do
  ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -t 8 -c:v libvpx -deadline realtime -cpu-used 8 -g "$distance" \
    "$distance.webm"
done
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

let sendRest;
const server = createServer(({ url }, response) => {
  if (url === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html>');
  if (!url.endsWith('.webm')) return response.writeHead(404).end();
  const file = readFileSync(`.${url}`);
  const cut = Math.floor(file.length * 0.9);
  response.writeHead(200, { 'content-type': 'video/webm' }).write(file.subarray(0, cut));
  sendRest = () => response.end(file.subarray(cut));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

async function look(page, distance) {
  const fired = () => page.evaluate('fired');
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(`
    var fired = false;
    var video = document.createElement('video');
    video.muted = true;
    video.preload = 'auto';
    video.addEventListener('loadedmetadata', () => { fired = true; });
    video.src = '${distance}.webm';
  `);
  for (let i = 0; i < 80 && !(await fired()); i++) await delay(100);
  const isEarly = await fired();
  sendRest();
  while (!(await fired())) await delay(100);
  return isEarly ? 'meanwhile' : 'at the end';
}

const browsers = {
  Chromium: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] },
  Firefox: { browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true },
};
const seen = [];
for (const [name, options] of Object.entries(browsers)) {
  const browser = await puppeteer.launch(options);
  const page = await browser.newPage();
  seen.push(`${name}: a keyframe each second: ${await look(page, 25)}; one: ${await look(page, 1000)}`);
  await browser.close();
}
console.log(seen.join('\n'));
server.closeAllConnections();
server.close();
const wanted = ['meanwhile; one: meanwhile', 'meanwhile; one: at the end'];
process.exit(seen.every((line, i) => line.endsWith(`second: ${wanted[i]}`)) ? 0 : 1);
JS
timeout 300 node try.mjs
