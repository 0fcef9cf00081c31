#!/usr/bin/env bash
# GStreamer (souphttpsrc and qtdemux of Debian 12: 1.22.0): an MP4 of more than 10 MB whose index lies at its end does not play from a server
# that knows ranges and says so (Accept-Ranges, Content-Range), but answers without Content-Length: no range is asked for.
#
# Seen: frames with Content-Length; "GStreamer encountered a general stream error" and one request without.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
# More than qtdemux holds in memory.
ffmpeg -loglevel error -f lavfi -i testsrc=size=640x360:rate=25 -t 10 -vf noise=alls=100:allf=t -c:v libx264 -crf 10 \
  -preset ultrafast film.mp4
cat >serve.mjs <<'SERVER'
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
const { size } = statSync('film.mp4');
createServer(({ url, headers }, response) => {
  const [, from] = /^bytes=(\d+)-/.exec(headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const length = url === '/told.mp4' ? { 'content-length': size - start } : {};
  const range = from === undefined ? {} : { 'content-range': `bytes ${start}-${size - 1}/${size}` };
  response.writeHead(from === undefined ? 200 : 206, { 'accept-ranges': 'bytes', ...range, ...length });
  createReadStream('film.mp4', { start }).pipe(response);
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
SERVER
node serve.mjs >port &
server=$!
until [[ -s port ]]; do sleep 0.1; done
for film in told untold; do
  timeout 60 gst-play-1.0 --no-interactive --no-position --use-playbin3 -v --videosink 'fakesink sync=false silent=false' \
    "http://127.0.0.1:$(<port)/$film.mp4" >"$film" 2>&1 || true
  echo "$film: $(grep -c 'last-message = chain' "$film" || true) frames"
done | tee seen
[[ $(<seen) == $'told: 250 frames\nuntold: 0 frames' ]]
