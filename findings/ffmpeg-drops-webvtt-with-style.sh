#!/usr/bin/env bash
# ffmpeg (5.1, Debian's, and the build that @ffmpeg-installer/ffmpeg 1.1.0 brings): a WebVTT file with a STYLE or a
# REGION block is read as no cue at all, and the conversion ends with 0 and an empty file. Both blocks belong to WebVTT
# and stand in front of the cues; a NOTE block does no harm.
#
# Seen, of files with the same two cues: 2 without a block and with a NOTE, 0 with a STYLE and with a REGION.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
newer=ffmpeg
older=$(node -p 'require("@ffmpeg-installer/ffmpeg").path')
dpkg-query -W ffmpeg

cues=$'00:00:01.000 --> 00:00:02.000\nOne\n\n00:00:03.000 --> 00:00:04.000\nTwo'
printf 'WEBVTT\n\n%s\n' "$cues" >plain.vtt
printf 'WEBVTT\n\nNOTE\nby hand\n\n%s\n' "$cues" >note.vtt
printf 'WEBVTT\n\nSTYLE\n::cue { color: yellow }\n\n%s\n' "$cues" >style.vtt
printf 'WEBVTT\n\nREGION\nid:low\nwidth:40%%\n\n%s\n' "$cues" >region.vtt
for block in plain note style region; do
  seen=$block
  for program in "$newer" "$older"; do
    "$program" -loglevel error -y -i "$block.vtt" out.srt
    seen+=" $(grep -c -e '-->' out.srt || true)"
  done
  echo "$seen"
done | tee seen
[[ $(<seen) == $'plain 2 2\nnote 2 2\nstyle 0 0\nregion 0 0' ]]
