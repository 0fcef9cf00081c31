#!/usr/bin/env bash
# ffmpeg (5.1, Debian's, and the build that @ffmpeg-installer/ffmpeg 1.1.0 brings): `aresample=first_pts=0`, which is to
# fill up what is missing before the first sample, does so again wherever the source changes its channels. A change
# builds a new filter graph, whose first sample is one in mid-film, and all the time from 0 to there is inserted as
# silence.
#
# Seen, of AC-3 that is stereo for 3 s and 5.1 for 3 s: 6.0 s without the option, 9.0 s with it, with and without
# async=1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
newer=ffmpeg
older=$(node -p 'require("@ffmpeg-installer/ffmpeg").path')
dpkg-query -W ffmpeg
# What a broadcast has at the change from one programme to the next.
for channels in 2 6; do
  ffmpeg -v error -f lavfi -i sine=r=48000 -t 3 -ac "$channels" -c:a ac3 "$channels.ac3"
done
cat 2.ac3 6.ac3 >both.ac3
ffmpeg -v error -i both.ac3 -c copy both.mkv
for filter in anull aresample=async=1 aresample=first_pts=0 aresample=async=1:first_pts=0; do
  seen=$filter
  for program in "$newer" "$older"; do
    "$program" -loglevel fatal -y -i both.mkv -af "$filter" -ac 1 -ar 48000 out.wav
    seen+=" $(($(stat -c %s out.wav) / 9600))"
  done
  echo "$seen"
done | tee seen
echo "(in tenths of a second)"
[[ $(<seen) == $'anull 60 60\naresample=async=1 60 60\naresample=first_pts=0 90 90\naresample=async=1:first_pts=0 90 90' ]]
