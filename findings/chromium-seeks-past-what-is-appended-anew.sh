#!/usr/bin/env bash
# Chromium 156 (Debian's): if a page removes what a MediaSource has while it seeks there, and appends the same anew, the
# frame of the next keyframe is shown instead of the sought one: at 5.5 s that of 7.4 s. No player and no encryption are
# part of it. shaka-player 5.2 does this when it is told to seek while it appends the segment that is sought: it removes
# all and loads it again.
#
# Seen, with frames that begin at 0.08 s: 5.48 where nothing is removed, 7.48 where all is removed and appended anew.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts puppeteer-core@24.43.1 >/dev/null
dpkg-query -W ffmpeg chromium
ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=25 -t 10 -vf noise=alls=30:allf=t -c:v libx264 -preset veryfast -crf 18 \
  -pix_fmt yuv420p -bf 2 -g 1000 -sc_threshold 0 -force_key_frames 0,2.2,5,7.4 film.mp4
ffmpeg -v error -i film.mp4 -c copy -f hls -hls_segment_type fmp4 -hls_time 0.1 -hls_playlist_type vod film.m3u8
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

const server = createServer(({ url }, response) => {
  if (url.endsWith('.ico')) return response.writeHead(404).end();
  response.setHeader('content-type', url === '/' ? 'text/html' : 'video/mp4');
  response.end(url === '/' ? '<!doctype html>' : readFileSync(`.${url}`));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const shownAfter = (removes) => `(async () => {
  const names = ['init.mp4', 'film0.m4s', 'film1.m4s', 'film2.m4s', 'film3.m4s'];
  const parts = await Promise.all(names.map(async (name) => (await fetch(name)).arrayBuffer()));
  const video = document.createElement('video');
  document.body.append(video);
  const media = new MediaSource();
  video.src = URL.createObjectURL(media);
  await new Promise((resolve) => media.addEventListener('sourceopen', resolve));
  const buffer = media.addSourceBuffer('video/mp4; codecs="avc1.64001e"');
  media.duration = 10;
  const done = () => new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
  const append = async (i) => {
    buffer.appendBuffer(parts[i]);
    await done();
  };
  for (const i of [0, 1, 2, 3]) await append(i);
  let shown;
  const watch = (_, { mediaTime }) => {
    shown = mediaTime;
    video.requestVideoFrameCallback(watch);
  };
  video.requestVideoFrameCallback(watch);
  video.currentTime = 5.5;
  if (${removes}) {
    buffer.remove(0, 10);
    await done();
    for (const i of [2, 3]) await append(i);
  }
  await append(4);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return shown.toFixed(2) + ' at ' + video.currentTime;
})()`;
const browser = await puppeteer.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const seen = [];
for (const removes of [false, true]) {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  seen.push(await page.evaluate(shownAfter(removes)));
  await page.close();
}
await browser.close();
server.close();
console.log(seen.join('\n'));
process.exit(seen.join() === '5.48 at 5.5,7.48 at 5.5' ? 0 : 1);
JS
timeout 300 node try.mjs
