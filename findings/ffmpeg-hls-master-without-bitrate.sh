#!/usr/bin/env bash
# ffmpeg (the build that @ffmpeg-installer/ffmpeg 1.1.0 brings): the HLS muxer writes a master playlist without a single
# variant, and ends with 0, where it does not know the bit rate of what it copies, as from a Matroska file.
#
# Seen: one EXT-X-STREAM-INF where the same packets come from MP4, none where they come from Matroska.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
ffmpeg=$(node -p 'require("@ffmpeg-installer/ffmpeg").path')
"$ffmpeg" -loglevel error -f lavfi -i testsrc=size=160x90:rate=25 -t 2 -c:v libx264 -preset ultrafast film.mp4
"$ffmpeg" -loglevel error -i film.mp4 -c copy film.mkv
for container in mp4 mkv; do
  mkdir "$container"
  "$ffmpeg" -loglevel error -i "film.$container" -c copy -f hls -hls_segment_type fmp4 \
    -master_pl_name master.m3u8 "$container/index.m3u8"
  echo "from $container: $(grep -c STREAM-INF "$container/master.m3u8" || true) variants"
done | tee seen
[[ $(<seen) == $'from mp4: 1 variants\nfrom mkv: 0 variants' ]]
