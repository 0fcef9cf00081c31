#!/usr/bin/env bash
# ffprobe (5.1, Debian's, and that of @ffprobe-installer/ffprobe 2.1.2): of a chained Ogg file, such as files that were
# joined (RFC 3533, 4) or the recording of a radio station, it tells the length of the last link, or none where that is
# Opus and longer than the first. ffmpeg decodes all of it. What is cut to the length that is told loses most of the
# sound.
#
# Seen, of 8 s and 4 s one behind the other: 4.0 s; of 4 s and 8 s: none (Opus), 8.0 s (Vorbis). 12.0 s are decoded.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffprobe-installer/ffprobe@2.1.2 >/dev/null
static=$(node -p 'require("@ffprobe-installer/ffprobe").path')
chmod +x "$static"
dpkg-query -W ffmpeg
for codec in libopus libvorbis; do
  for seconds in 4 8; do
    ffmpeg -v error -f lavfi -i sine=r=48000 -t "$seconds" -c:a "$codec" -serial_offset "$seconds" -fflags +bitexact \
      "$codec-$seconds.ogg"
  done
  for order in '8 4' '4 8'; do
    for seconds in $order; do cat "$codec-$seconds.ogg"; done >chain.ogg
    seen="$codec $order:"
    for program in ffprobe "$static"; do
      told=$("$program" -v fatal -show_entries format=duration -of csv=p=0 chain.ogg)
      seen+=" ${told:0:3}"
    done
    ffmpeg -v fatal -y -i chain.ogg -ac 1 -ar 48000 out.wav
    echo "$seen, $(($(stat -c %s out.wav) / 96000)) s decoded"
  done
done | tee seen
[[ $(<seen) == 'libopus 8 4: 4.0 4.0, 12 s decoded
libopus 4 8: N/A N/A, 12 s decoded
libvorbis 8 4: 4.0 4.0, 12 s decoded
libvorbis 4 8: 8.0 8.0, 12 s decoded' ]]
