#!/usr/bin/env bash
# ffmpeg 5.1 (Debian's), with mediabunny 1.61.0: WebVTT in Matroska is S_TEXT/WEBVTT by Matroska's list of codecs, and
# mediabunny writes that. ffmpeg knows only the name D_WEBVTT/SUBTITLES, which it also writes. A track of the right name
# is of an unknown codec to it: it is not converted, and a copy of all tracks fails. mpv 0.35 reads both.
#
# Seen: "unknown" of mediabunny's file, exit code 1 of a copy of it, "webvtt" of ffmpeg's own; mpv finds webvtt in both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts mediabunny@1.61.0 >/dev/null
dpkg-query -W ffmpeg mpv
printf 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOne\n\n00:00:03.000 --> 00:00:04.000\nTwo\n' >film.vtt
ffmpeg -v error -i film.vtt -c copy ffmpeg.mkv
cat >write.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { FilePathTarget, MkvOutputFormat, Output, TextSubtitleSource } from 'mediabunny';

const output = new Output({ format: new MkvOutputFormat(), target: new FilePathTarget('mediabunny.mkv') });
const source = new TextSubtitleSource('webvtt');
output.addSubtitleTrack(source);
await output.start();
await source.add(readFileSync('film.vtt', 'utf8'));
source.close();
await output.finalize();
JS
node write.mjs
for by in mediabunny ffmpeg; do
  codec=$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$by.mkv")
  code=0
  ffmpeg -v fatal -i "$by.mkv" -map 0 -c copy "copy-of-$by.mkv" || code=$?
  in_mpv=$(timeout 60 mpv --no-config --ao=null --vo=null --force-window=no "$by.mkv" 2>&1 | grep -o -m1 'Subs.*webvtt' || true)
  echo "$by $(grep -a -o -m1 '[SD]_[A-Z]*/*WEBVTT[A-Z/]*' "$by.mkv" | head -1): $codec, copy ends with $code, mpv: ${in_mpv##*(}"
done | tee seen
[[ $(<seen) == 'mediabunny S_TEXT/WEBVTT: unknown, copy ends with 1, mpv: webvtt
ffmpeg D_WEBVTT/SUBTITLES: webvtt, copy ends with 0, mpv: webvtt' ]]
