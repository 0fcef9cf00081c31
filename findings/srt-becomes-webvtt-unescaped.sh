#!/usr/bin/env bash
# ffmpeg 5.1 (Debian's) and the npm packages subtitle 4.2.2, subtitle-converter 3.0.12 and srt-to-vtt 1.1.3: SRT is
# turned into WebVTT with its text as it is. SRT knows no escapes, and in WebVTT `<` begins a tag that reaches to the
# next `>` or the end of the cue, so that a browser shows the text up to the sign alone, and `&lt;` becomes `<`. A
# converter has to write `&lt;` and `&amp;`.
#
# Seen, of "5 <6, and & is lost" and "write &lt; for it" in Debian's Chromium 156: "5 <6, …" ends as "5 ", and the
# second is "write < for it", with each of the four.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts subtitle@4.2.2 subtitle-converter@3.0.12 srt-to-vtt@1.1.3 \
  playwright-core@1.65.1 >/dev/null
dpkg-query -W ffmpeg chromium
cat >film.srt <<'SRT'
1
00:00:01,000 --> 00:00:02,000
5 <6, and & is lost

2
00:00:03,000 --> 00:00:04,000
write &lt; for it

SRT
ffmpeg -v error -i film.srt film.vtt
cat >try.mjs <<'JS'
import { createReadStream, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { chromium } from 'playwright-core';
import srtToVtt from 'srt-to-vtt';
import { parseSync, stringifySync } from 'subtitle';
import { convert } from 'subtitle-converter';

const srt = readFileSync('film.srt', 'utf8');
const converted = {
  ffmpeg: readFileSync('film.vtt', 'utf8'),
  subtitle: stringifySync(parseSync(srt), { format: 'WebVTT' }),
  'subtitle-converter': convert(srt, '.vtt', {}).subtitle,
  'srt-to-vtt': await text(createReadStream('film.srt').pipe(srtToVtt()).pipe(new PassThrough())),
  'by hand': 'WEBVTT\n\n00:01.000 --> 00:02.000\n5 &lt;6, and &amp; is lost\n\n00:03.000 --> 00:04.000\nwrite &amp;lt; for it\n',
};
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();
let isAsSeen = true;
for (const [by, vtt] of Object.entries(converted)) {
  const shown = await page.evaluate(async (file) => {
    const track = document.createElement('track');
    track.src = URL.createObjectURL(new Blob([file]));
    document.body.append(document.createElement('video'));
    document.querySelector('video:last-of-type').append(track);
    track.track.mode = 'hidden';
    await new Promise((resolve) => track.addEventListener('load', resolve));
    return [...track.track.cues].map((cue) => cue.getCueAsHTML().textContent);
  }, vtt);
  console.log(`${by}: ${JSON.stringify(shown)}`);
  const wanted = by === 'by hand' ? ['5 <6, and & is lost', 'write &lt; for it'] : ['5 ', 'write < for it'];
  isAsSeen &&= JSON.stringify(shown) === JSON.stringify(wanted);
}
await browser.close();
process.exit(isAsSeen ? 0 : 1);
JS
timeout 300 node try.mjs
