#!/usr/bin/env bash
# ffmpeg seeks in Matroska by the video, even for an output of audio alone: of a file whose video begins at 4 s, `-ss 1`
# gives the audio from 4 s on, and three seconds of it are lost without a word. The same tracks in MP4 are sought each on
# its own, and nothing is lost.
#
# Seen with ffmpeg 5.1.9 (Debian) and N-47683 (npm's @ffmpeg-installer/ffmpeg): 4 of 7 seconds out of Matroska, 7 out of MP4.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 >/dev/null
own=$(node -p "require('@ffmpeg-installer/ffmpeg').path")
chmod +x "$own"
"$own" -version | head -1
dpkg-query -W ffmpeg
for name in film.mkv film.mp4; do
  ffmpeg -v error -f lavfi -i sine=d=8 -itsoffset 4 -f lavfi -i testsrc2=s=160x90:r=10:d=4 -map 0 -map 1 \
    -c:a aac -c:v libx264 -pix_fmt yuv420p -g 10 "$name"
done

seconds() {
  echo $((($("$1" -v error -ss 1 -i "$2" -map 0:a -f s16le -ar 8000 -ac 1 - | wc -c) + 8000) / 16000))
}
found=''
for program in ffmpeg "$own"; do
  found+="$(seconds "$program" film.mkv) $(seconds "$program" film.mp4) "
done
echo "seconds of audio after 1 s, Matroska and MP4, by each: $found"
[[ $found == '4 7 4 7 ' ]]
