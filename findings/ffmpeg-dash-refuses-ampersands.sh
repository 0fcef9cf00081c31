#!/usr/bin/env bash
# ffmpeg 5.1 (Debian's): its DASH demuxer opens no manifest that has an escaped ampersand in a BaseURL, which it writes
# back into its tree of the document without the escape.
#
# Seen: a file with ?a=1 behind its name plays (25 frames), with ?a=1&amp;b=2 it is "unterminated entity reference".
set -euo pipefail
folder=$(mktemp -d)
cd "$folder"
ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264 -pix_fmt yuv420p \
  -movflags +frag_keyframe+empty_moov+default_base_moof film.mp4
for query in 'a=1' 'a=1&amp;b=2'; do
  cat >"${#query}.mpd" <<END
<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:full:2011" type="static"
  mediaPresentationDuration="PT1S" minBufferTime="PT1S"><Period><AdaptationSet mimeType="video/mp4">
<Representation id="1" bandwidth="500000" codecs="avc1.64000d"><BaseURL>film.mp4?$query</BaseURL></Representation>
</AdaptationSet></Period></MPD>
END
done
port=8127
python3 -m http.server --bind 127.0.0.1 "$port" >log 2>&1 &
trap 'kill $!; rm -rf "$folder"' EXIT
until curl -sfo /dev/null "http://127.0.0.1:$port/3.mpd"; do sleep 0.1; done
for manifest in 3 11; do
  ffmpeg -v error -i "http://127.0.0.1:$port/$manifest.mpd" -c copy -f framemd5 - 2>complaint | grep -c '^0,' || true
  grep -o 'unterminated entity reference' complaint || true
done | tee seen
[[ $(<seen) == $'25\n0\nunterminated entity reference' ]]
