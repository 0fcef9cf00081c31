#!/usr/bin/env bash
# ffmpeg 5.1 (Debian's): its DASH demuxer loses the last frames of a film with B-frames where audio is read as well.
#
# Seen, of a film of 480 frames at 60 a second: 480 where the video alone is read, 478 with the audio beside it, and 480
# with the audio where there are no B-frames.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=60 -f lavfi -i sine=f=440:r=48000 -t 8 -ac 2 \
  -c:v libx264 -preset veryfast -g 120 -pix_fmt yuv420p -c:a aac film.mp4
frames() {
  local manifest=$1
  shift
  ffmpeg -v error -i "$manifest" "$@" -c copy -f framemd5 - | grep -c '^0,'
}
for b in 3 0; do
  mkdir "b$b"
  (cd "b$b" && ffmpeg -v error -i ../film.mp4 -vf scale=-2:240 -c:v libx264 -preset ultrafast -bf "$b" -g 48 \
    -pix_fmt yuv420p -c:a aac -f dash -seg_duration 4 manifest.mpd)
  (cd "b$b" && echo "bf $b: video $(frames manifest.mpd -map 0:v:0), with audio $(frames manifest.mpd -map 0:v:0 -map 0:a:0)")
done | tee seen
[[ $(<seen) == $'bf 3: video 480, with audio 478\nbf 0: video 480, with audio 480' ]]
