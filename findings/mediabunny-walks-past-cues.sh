#!/usr/bin/env bash
# mediabunny 1.61.0: walking the keyframes of a Matroska file reads nearly the whole file, although its Cues list every
# one of them and only metadata is asked for (`metadataOnly`). A single look-up by time does use the Cues.
#
# Seen: 100 % of the file read for its 30 keyframes, 2 % for the one at 90 s of 120 s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts mediabunny@1.61.0 @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
cat >try.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { CustomSource, EncodedPacketSink, Input, MATROSKA } from 'mediabunny';

execFileSync(ffmpeg.path, [
  ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'mandelbrot=size=320x180:rate=25', '-t', '120'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '100', '-b:v', '1M', 'film.mkv'],
]);
const file = readFileSync('film.mkv');

async function shareRead(work) {
  let bytes = 0;
  const source = new CustomSource({
    getSize: () => file.length,
    read(start, end) {
      bytes += end - start;
      return file.subarray(start, end);
    },
    prefetchProfile: 'none',
  });
  const input = new Input({ source, formats: [MATROSKA] });
  await work(new EncodedPacketSink(await input.getPrimaryVideoTrack()));
  return bytes / file.length;
}

let keyframes = 0;
const all = await shareRead(async (sink) => {
  const options = { metadataOnly: true };
  for (let at = await sink.getFirstPacket(options); at; at = await sink.getNextKeyPacket(at, options)) keyframes++;
});
const one = await shareRead((sink) => sink.getKeyPacket(90, { metadataOnly: true }));
console.log(`mediabunny 1.61.0: ${keyframes} keyframes: ${(100 * all).toFixed(0)} % of the file; one of them: ${(100 * one).toFixed(0)} %`);
process.exit(keyframes === 30 && all > 0.9 && one < 0.25 ? 0 : 1);
JS
node try.mjs
