#!/usr/bin/env bash
# ffmpeg (the build that @ffmpeg-installer/ffmpeg 1.1.0 brings): `-ss` before `-i` lands at another time than it says in a
# WAV file of IMA ADPCM, and the times that follow are counted from what was asked for, so that nothing tells. In PCM it
# is exact.
#
# Seen: sound that begins at 14 s is heard 1.80 s behind -ss 12.2 in PCM, and 5.17 s behind it in ADPCM.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
cat >try.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import ffmpeg from '@ffmpeg-installer/ffmpeg';

function onset(codec) {
  const quiet = ['-loglevel', 'error', '-y'];
  const tone = 'aevalsrc=gt(t\\,14)*0.5*sin(2*PI*440*t):s=44100:d=20';
  execFileSync(ffmpeg.path, [...quiet, '-f', 'lavfi', '-i', tone, '-c:a', codec, `${codec}.wav`]);
  const samples = ['-ac', '1', '-ar', '44100', '-f', 's16le', '-'];
  const bytes = execFileSync(ffmpeg.path, [...quiet, '-ss', '12.2', '-i', `${codec}.wav`, ...samples], {
    maxBuffer: 1 << 26,
  });
  for (let i = 0; i + 1 < bytes.length; i += 2) if (Math.abs(bytes.readInt16LE(i)) > 3000) return i / 2 / 44100;
  return Number.NaN;
}

const pcm = onset('pcm_s16le');
const adpcm = onset('adpcm_ima_wav');
console.log(`PCM ${pcm.toFixed(2)} s, ADPCM ${adpcm.toFixed(2)} s`);
process.exit(Math.abs(pcm - 1.8) < 0.01 && Math.abs(adpcm - 5.17) < 0.01 ? 0 : 1);
JS
node try.mjs
