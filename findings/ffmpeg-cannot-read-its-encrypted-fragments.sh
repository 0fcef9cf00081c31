#!/usr/bin/env bash
# ffmpeg 5.1 (Debian's): `-encryption_scheme cenc-aes-ctr` together with fragments ends with 0 and writes a file that
# ffmpeg itself cannot decrypt with the right key. No fragment names the initialization vectors of its samples: the one
# `senc` lies in `moov`, where ISO/IEC 23001-7 (7.2) has it for the samples of `moov`. Without fragments it is right.
#
# Seen, of 100 frames: 100 without fragments; none with `empty_moov`, the first fragment's 25 with `delay_moov`, of 4
# fragments each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
dpkg-query -W ffmpeg
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -t 4 -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p film.mp4
key=00112233445566778899aabbccddeeff
write() {
  local name=$1
  shift
  ffmpeg -v error -i film.mp4 -c copy "$@" -encryption_scheme cenc-aes-ctr -encryption_key "$key" \
    -encryption_kid 0123456789abcdef0123456789abcdef "$name.mp4"
  ffmpeg -v fatal -decryption_key "$key" -i "$name.mp4" -f framemd5 frames -y || true
  echo "$name: written with 0, $(grep -a -o moof "$name.mp4" | wc -l) fragments, $(grep -a -o senc "$name.mp4" | wc -l) senc," \
    "$(grep -c '^0,' frames || true) frames"
  rm -f frames
}
{
  write plain
  write empty_moov -movflags frag_keyframe+empty_moov
  write delay_moov -movflags frag_keyframe+delay_moov
} | tee seen
[[ $(<seen) == 'plain: written with 0, 0 fragments, 1 senc, 100 frames
empty_moov: written with 0, 4 fragments, 1 senc, 0 frames
delay_moov: written with 0, 4 fragments, 1 senc, 25 frames' ]]
