#!/usr/bin/env bash
# ffmpeg (5.1, Debian's, and the build that @ffmpeg-installer/ffmpeg 1.1.0 brings): an MP3 with an Info frame is decoded
# without the silence that its encoder put around the sound. Copied into MP4 or Matroska (`-c copy`) it keeps the
# silence at the end, in Matroska that in front as well, though both could say so: what was gapless no longer is. Opus
# loses its end in MP4.
#
# Seen, of 96000 samples (with both programs): MP3 in MP4 96815, in Matroska 97105; Opus in MP4 96648, in Matroska
# 96000.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
newer=ffmpeg
older=$(node -p 'require("@ffmpeg-installer/ffmpeg").path')
dpkg-query -W ffmpeg
tone() {
  ffmpeg -v error -f lavfi -i sine=r=48000 -t 2 "$@"
}
tone -c:a libmp3lame sound.mp3
tone -c:a libopus sound.opus
for kind in mp3 opus; do
  for container in "$kind" mp4 mkv; do
    [[ $container == "$kind" ]] || ffmpeg -v error -y -i "sound.$kind" -c copy "sound.$container"
    seen="$kind in $container:"
    for program in "$newer" "$older"; do
      seen+=" $(("$("$program" -loglevel fatal -i "sound.$container" -ac 1 -f s16le - | wc -c)" / 2))"
    done
    echo "$seen"
  done
done | tee seen
[[ $(<seen) == 'mp3 in mp3: 96000 96000
mp3 in mp4: 96815 96815
mp3 in mkv: 97105 97105
opus in opus: 96000 96000
opus in mp4: 96648 96648
opus in mkv: 96000 96000' ]]
