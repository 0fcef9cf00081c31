#!/usr/bin/env bash
# Chromium 156 (Debian's): of an edit list with two entries, none counts where fragments are appended to a MediaSource,
# while one entry is obeyed. Two are what ISO/IEC 14496-12 (8.6.6) has for a track that begins late: an empty edit, then
# the media. Firefox ESR 153 obeys both. Audio that is appended beside it is early or late by the whole delay.
#
# Seen, of a film (with B-frames) that begins at 1 s: buffered from 0.08 s in Chromium, from 1 s in Firefox; from 0 in
# both where it does not begin late.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts puppeteer-core@24.43.1 >/dev/null
dpkg-query -W ffmpeg chromium firefox-esr
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -t 4 -c:v libx264 -preset ultrafast -bf 2 -pix_fmt yuv420p film.mp4
for delay in 0 1; do
  ffmpeg -v error -itsoffset "$delay" -i film.mp4 -c copy -movflags frag_keyframe+delay_moov+default_base_moof "$delay.mp4"
done
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

const edits = (delay) => {
  const file = readFileSync(`${delay}.mp4`);
  return file.readUInt32BE(file.indexOf('elst') + 8);
};
console.log(`edits without and with the delay: ${edits(0)} and ${edits(1)}`);
const server = createServer(({ url }, response) => {
  if (url.endsWith('.ico')) return response.writeHead(404).end();
  response.setHeader('content-type', url === '/' ? 'text/html' : 'video/mp4');
  response.end(url === '/' ? '<!doctype html>' : readFileSync(`.${url}`));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const bufferedFrom = (delay) => `(async () => {
  const media = new MediaSource();
  document.createElement('video').src = URL.createObjectURL(media);
  await new Promise((resolve) => media.addEventListener('sourceopen', resolve));
  const buffer = media.addSourceBuffer('video/mp4; codecs="avc1.4d400b"');
  buffer.appendBuffer(await (await fetch('${delay}.mp4')).arrayBuffer());
  await new Promise((resolve) => buffer.addEventListener('updateend', resolve));
  return buffer.buffered.start(0).toFixed(2);
})()`;
const browsers = {
  Chromium: () =>
    puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] }),
  Firefox: () => puppeteer.launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true }),
};
const seen = [];
for (const [name, launch] of Object.entries(browsers)) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  seen.push(`${name}: ${await page.evaluate(bufferedFrom(0))} and ${await page.evaluate(bufferedFrom(1))}`);
  await browser.close();
}
server.close();
console.log(seen.join('\n'));
process.exit(edits(1) === 2 && seen.join() === 'Chromium: 0.00 and 0.08,Firefox: 0.00 and 1.00' ? 0 : 1);
JS
timeout 300 node try.mjs
