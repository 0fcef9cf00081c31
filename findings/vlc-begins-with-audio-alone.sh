#!/usr/bin/env bash
# VLC 3.0 (Debian's): where a multivariant playlist has a variant of audio alone beside those with video, as RFC 8216
# lets it, VLC takes it for the lowest quality of one set, begins there, and shows no picture at all.
#
# Seen: pictures where there is no such variant; none where there is one, whether its playlist is that of the audio
# rendition or has an address of its own, and whether it names a group of renditions or none.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine=r=48000 -t 8 -ac 2 \
  -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -c:a aac film.mp4
ffmpeg -v error -i film.mp4 -c copy -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type fmp4 \
  -var_stream_map 'v:0,agroup:audio a:0,agroup:audio' media-%v.m3u8
films='#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="a",DEFAULT=YES,AUTOSELECT=YES,URI="media-1.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1700000,CODECS="avc1.64000d,mp4a.40.2",RESOLUTION=320x180,AUDIO="audio"
media-0.m3u8'
alone='#EXT-X-STREAM-INF:BANDWIDTH=150000,CODECS="mp4a.40.2"'
printf '%s\n' "$films" >without.m3u8
printf '%s\n' "$films" "$alone,AUDIO=\"audio\"" media-1.m3u8 >same-address.m3u8
printf '%s\n' "$films" "$alone,AUDIO=\"audio\"" 'media-1.m3u8?alone' >own-address.m3u8
printf '%s\n' "$films" "$alone" 'media-1.m3u8?alone' >no-group.m3u8

python3 -u -m http.server --bind 127.0.0.1 0 >server.log 2>&1 &
server=$!
until port=$(grep -oE 'port [0-9]+' server.log | cut -d' ' -f2) && [ -n "$port" ]; do sleep 0.1; done
mkdir home && chmod 777 home
# It refuses to run as root.
as=()
[[ $(id -u) != 0 ]] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
for list in without same-address own-address no-group; do
  HOME=$folder/home "${as[@]}" timeout 120 vlc -I dummy -vv --no-color --no-dbus --vout=dummy --aout=dummy --rate=4 \
    "http://127.0.0.1:$port/$list.m3u8" vlc://quit >vlc.log 2>&1
  echo "$list $(grep -c 'Received first picture' vlc.log || true)"
done | tee seen
[[ $(<seen) == $'without 1\nsame-address 0\nown-address 0\nno-group 0' ]]
