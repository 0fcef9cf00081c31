#!/usr/bin/env bash
# LAME 3.100 (Debian's, by ffmpeg 5.1): MP3 of a constant bitrate is quieter than what it is encoded from: by half a decibel
# up to 160 kbit/s, by a quarter at 192 and 224, and not at all from 256 on. LAME scales its input against clipping, by a table that no
# option of ffmpeg reaches. Whoever normalises loudness before the encoder misses by as much.
#
# Seen, of a tone of -23.0 dB: -23.5 at 64, 128 and 160 kbit/s, -23.3 at 192, -23.2 at 224, -23.0 at 256 and 320.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
dpkg-query -W ffmpeg libmp3lame0
level() {
  ffmpeg -hide_banner -i "$1" -af atrim=1:3,volumedetect -f null - 2>&1 | sed -n 's/.*mean_volume: //p'
}
ffmpeg -v error -f lavfi -i 'aevalsrc=0.1*sin(2*PI*440*t)|0.1*sin(2*PI*440*t):s=48000:d=4' tone.wav
{
  echo "tone $(level tone.wav)"
  for kilobits in 64 128 160 192 224 256 320; do
    ffmpeg -v error -y -i tone.wav -c:a libmp3lame -b:a "${kilobits}k" tone.mp3
    echo "$kilobits $(level tone.mp3)"
  done
} | tee seen
[[ $(<seen) == 'tone -23.0 dB
64 -23.5 dB
128 -23.5 dB
160 -23.5 dB
192 -23.3 dB
224 -23.2 dB
256 -23.0 dB
320 -23.0 dB' ]]
