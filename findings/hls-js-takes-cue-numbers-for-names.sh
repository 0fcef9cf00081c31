#!/usr/bin/env bash
# hls.js 1.7.4: a cue of WebVTT is not shown where a segment before had a cue with the same identifier. WebVTT has
# identifiers be different within one file only, and a segment is a file: who cuts subtitles up and counts each
# segment's cues from 1, as SRT does, loses all subtitles behind the first segment. Nothing is raised.
#
# Seen, of 6 cues in three segments (Debian's Chromium 156): 6 without identifiers, 6 where they are counted on, 2 where
# each segment counts from 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts hls.js@1.7.4 playwright-core@1.65.1 >/dev/null
dpkg-query -W chromium
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -t 12 -c:v libx264 -preset ultrafast -g 100 -pix_fmt yuv420p \
  -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type fmp4 video.m3u8
cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const identifiers = {
  none: () => '',
  'counted on': (segment, cue) => `${2 * segment + cue + 1}\n`,
  'from 1': (_, cue) => `${cue + 1}\n`,
};
const second = (value) => `00:00:${String(value).padStart(2, '0')}.000`;

function write(name, identify) {
  for (const segment of [0, 1, 2]) {
    const cues = [0, 1].map((cue) => {
      const start = 4 * segment + 2 * cue;
      return `${identify(segment, cue)}${second(start)} --> ${second(start + 1)}\nat ${start}\n`;
    });
    const head = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n';
    writeFileSync(`${name}-${segment}.vtt`, [head, ...cues].join('\n'));
  }
  const segments = [0, 1, 2].map((segment) => `#EXTINF:4,\n${name}-${segment}.vtt\n`).join('');
  const list = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n';
  writeFileSync(`${name}.m3u8`, `${list}${segments}#EXT-X-ENDLIST\n`);
  writeFileSync(
    `${name}-all.m3u8`,
    `#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,` +
      `URI="${name}.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="avc1.42c00a",SUBTITLES="s"\nvideo.m3u8\n`,
  );
}

const server = createServer(({ url }, response) => {
  if (url === '/') response.setHeader('content-type', 'text/html');
  if (url.endsWith('.ico')) return response.writeHead(404).end();
  response.end(url === '/' ? '<!doctype html><video muted></video>' : readFileSync(`.${url}`));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
});
const seen = {};
for (const [which, identify] of Object.entries(identifiers)) {
  const name = which.replaceAll(' ', '-');
  write(name, identify);
  const page = await browser.newPage();
  await page.goto(origin);
  await page.addScriptTag({ path: 'node_modules/hls.js/dist/hls.min.js' });
  seen[which] = await page.evaluate(async (address) => {
    const video = document.querySelector('video');
    const hls = new Hls();
    let read = 0;
    hls.on(Hls.Events.SUBTITLE_FRAG_PROCESSED, () => read++);
    hls.loadSource(address);
    hls.attachMedia(video);
    await video.play();
    while (read < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    return [...video.textTracks].flatMap((track) => [...(track.cues ?? [])]).length;
  }, `${origin}${name}-all.m3u8`);
  await page.close();
}
await browser.close();
server.close();
console.log(seen);
process.exit(JSON.stringify(seen) === '{"none":6,"counted on":6,"from 1":2}' ? 0 : 1);
JS
timeout 300 node try.mjs
