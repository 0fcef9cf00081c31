#!/usr/bin/env bash
# ffmpeg 5.1 (Debian's), with browsers: a still of a film that says that it is BT.709 becomes a PNG with a `gAMA` chunk
# of that curve. Chromium 156 and Firefox ESR 153 (Debian's) obey it in the picture, but show the film itself without:
# poster and film differ wherever one follows the other. Of a film that says nothing there is no such chunk, and JPEG
# has none.
#
# Seen in both browsers, of a grey film: 128 in the film and 139 in the still where it is tagged, 128 in both where not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts puppeteer-core@24.43.1 >/dev/null
dpkg-query -W ffmpeg chromium firefox-esr
film() {
  local name=$1
  shift
  ffmpeg -v error -f lavfi -i color=gray:s=64x64:r=25 -t 1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast "$@" "$name.mp4"
  ffmpeg -v error -i "$name.mp4" -frames:v 1 "$name.png"
}
film untagged
film tagged -color_primaries bt709 -color_trc bt709 -colorspace bt709
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

const types = { mp4: 'video/mp4', png: 'image/png', '/': 'text/html' };
const server = createServer(({ url }, response) => {
  response.setHeader('content-type', types[url.split('.').at(-1)] ?? 'text/plain');
  if (url.endsWith('.ico')) return response.writeHead(404).end();
  response.end(url === '/' ? '<!doctype html>' : readFileSync(`.${url}`));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const look = (name) => `(async () => {
  const still = new Image();
  still.src = '${name}.png';
  await still.decode();
  const film = document.createElement('video');
  film.muted = true;
  film.src = '${name}.mp4';
  await new Promise((resolve) => film.addEventListener('ended', resolve, film.play()));
  const red = (picture) => {
    const context = document.createElement('canvas').getContext('2d');
    context.drawImage(picture, 0, 0);
    return context.getImageData(32, 32, 1, 1).data[0];
  };
  return 'film ' + red(film) + ', still ' + red(still);
})()`;

const browsers = {
  Chromium: () =>
    puppeteer.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
    }),
  Firefox: () =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: '/usr/bin/firefox-esr',
      headless: true,
      extraPrefsFirefox: { 'media.autoplay.default': 0, 'gfx.canvas.accelerated': false },
    }),
};
let isAsSeen = true;
for (const [name, launch] of Object.entries(browsers)) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const [untagged, tagged] = [await page.evaluate(look('untagged')), await page.evaluate(look('tagged'))];
  console.log(`${name}: untagged: ${untagged}; tagged: ${tagged}`);
  isAsSeen &&= untagged === 'film 128, still 128' && tagged === 'film 128, still 139';
  await browser.close();
}
server.close();
process.exit(isAsSeen ? 0 : 1);
JS
timeout 300 node try.mjs
