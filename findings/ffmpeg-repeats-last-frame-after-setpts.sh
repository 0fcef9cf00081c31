#!/usr/bin/env bash
# ffmpeg (the build that @ffmpeg-installer/ffmpeg 1.1.0 brings, of December 2018): `setpts` moves the frames and not the
# end of the stream, and `fps` behind it fills up to that end with the last frame. What is cut out or sped up so is as
# long as the source, and freezes. ffmpeg 5.1 (Debian's) moves both.
#
# Seen, of 10 s at 25 frames a second: 250 frames with the older build where 6 s are cut out (150 with 5.1) and where it
# is played at twice the speed (125 with 5.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
newer=ffmpeg
older=$(node -p 'require("@ffmpeg-installer/ffmpeg").path')
dpkg-query -W ffmpeg
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -t 10 -c:v libx264 -preset ultrafast -pix_fmt yuv420p film.mp4
for filter in trim=start=4,setpts=PTS-STARTPTS setpts=PTS/2; do
  seen=$filter
  for program in "$newer" "$older"; do
    frames=$("$program" -loglevel error -i film.mp4 -vf "$filter,fps=25" -f framemd5 - | grep '^0,')
    seen+=" $(wc -l <<<"$frames") ($(awk '{ print $NF }' <<<"$frames" | sort -u | wc -l) different)"
  done
  echo "$seen"
done | tee seen
[[ $(<seen) == $'trim=start=4,setpts=PTS-STARTPTS 150 (150 different) 250 (150 different)\nsetpts=PTS/2 125 (125 different) 250 (126 different)' ]]
