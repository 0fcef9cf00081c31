#!/usr/bin/env bash
# ffmpeg (Debian's 5.1; https://github.com/mpv-player/mpv/issues/15184 has it of newer ones, with mpv): its HLS demuxer
# cannot seek where segments are fragmented MP4. It reads what is left of the first segment at places of another one
# ("Invalid NAL unit size"), and then nothing. mpv, which reads by it, shows no frame behind a seek.
#
# Seen, of a film of 12 s from 8.4 s on: 90 frames where segments are MPEG-TS, none where they are fragmented MP4; from 0
# on, 300 of both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=25 -t 12 -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p film.mp4
frames() {
  ffmpeg -v quiet "$@" -map 0:v -f framemd5 - | grep -c '^0,' || true
}
for type in mpegts fmp4; do
  mkdir "$type"
  ffmpeg -v error -i film.mp4 -c copy -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type "$type" \
    -hls_fmp4_init_filename init.mp4 "$type/media.m3u8"
  echo "$type: $(frames -i "$type/media.m3u8"), from 8.4 s on $(frames -ss 8.4 -i "$type/media.m3u8")"
done | tee seen
[[ $(<seen) == $'mpegts: 300, from 8.4 s on 90\nfmp4: 300, from 8.4 s on 0' ]]
