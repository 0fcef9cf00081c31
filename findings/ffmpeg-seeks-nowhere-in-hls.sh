#!/usr/bin/env bash
# ffmpeg (5.1, Debian's, and the build that @ffmpeg-installer/ffmpeg 1.1.0 brings): `-ss` before a playlist of HLS with
# segments of fragmented MP4, which ffmpeg wrote itself, finds not one frame, and ends with 0. Even `-ss 0` loses the
# first segment, there and in MPEG-TS. Without -ss all is read. mpv 0.35, which reads by the same library, shows nothing
# where it is to start in mid-film.
#
# Seen, of 12 s at 25 frames a second in segments of 4 s (frames with 5.1 and with the other): 300 without -ss; with -ss
# 0 200, with -ss 4 none in fragmented MP4 and the right 200 in MPEG-TS.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
newer=ffmpeg
older=$(node -p 'require("@ffmpeg-installer/ffmpeg").path')
dpkg-query -W ffmpeg mpv
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -f lavfi -i sine=r=48000 -t 12 -c:v libx264 -preset veryfast \
  -g 100 -keyint_min 100 -sc_threshold 0 -pix_fmt yuv420p -c:a aac film.mp4
for kind in fmp4 mpegts; do
  mkdir "$kind"
  ffmpeg -v error -i film.mp4 -c copy -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type "$kind" "$kind/all.m3u8"
  for start in '' '-ss 0' '-ss 4'; do
    seen="$kind ${start:-whole}:"
    for program in "$newer" "$older"; do
      # shellcheck disable=SC2086 # Two words, or none.
      "$program" -loglevel fatal $start -i "$kind/all.m3u8" -map 0:v -f framemd5 frames -y
      seen+=" $(grep -c '^0,' frames || true)"
    done
    echo "$seen"
  done
  mkdir "$kind/stills"
  timeout 60 mpv --no-config --really-quiet --vo=image --vo-image-outdir="$kind/stills" --ao=null --start=5 --frames=2 \
    "$kind/all.m3u8" || true
  echo "$kind, mpv --start=5 --frames=2: $(find "$kind/stills" -type f | wc -l)"
done | tee seen
[[ $(<seen) == 'fmp4 whole: 300 300
fmp4 -ss 0: 200 200
fmp4 -ss 4: 0 0
fmp4, mpv --start=5 --frames=2: 0
mpegts whole: 300 300
mpegts -ss 0: 200 200
mpegts -ss 4: 200 200
mpegts, mpv --start=5 --frames=2: 2' ]]
