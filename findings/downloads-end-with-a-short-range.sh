#!/usr/bin/env bash
# curl 7.88, wget 1.21 and ffmpeg 5.1 (Debian's): a 206 that begins as asked and ends earlier, which RFC 9110 (15.3.7)
# lets a server send (caches and functions with a limit do), is taken for all that was left. Content-Range tells how
# much is missing; no more is asked for, and each ends with 0. mpv 0.35 asks for the rest, as browsers do.
#
# Seen, of a film of 10 s from a server that sends 100,000 bytes a range: 101,000 bytes are on the disk where the first
# 1,000 had been there; ffmpeg reads a part of the 250 frames; mpv plays to the end.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
dpkg-query -W curl wget ffmpeg mpv
ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=25 -t 10 -c:v libx264 -preset ultrafast -b:v 1M -pix_fmt yuv420p \
  -movflags +faststart film.mp4
cat >serve.mjs <<'JS'
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const file = readFileSync('film.mp4');
const { length: size } = file;
createServer(({ headers }, response) => {
  const [, from, to] = /^bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? [];
  if (from === undefined) {
    return response.writeHead(200, { 'accept-ranges': 'bytes', 'content-length': size }).end(file);
  }
  if (Number(from) >= size) return response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
  const end = Math.min(Number(from) + 100_000, Number(to || size) + 1, size);
  if (end === size) appendFileSync('ends', headers['user-agent']);
  response.writeHead(206, {
    'accept-ranges': 'bytes',
    'content-range': `bytes ${from}-${end - 1}/${size}`,
    'content-length': end - from,
  });
  response.end(file.subarray(from, end));
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
JS
node serve.mjs >port &
server=$!
until [[ -s port ]]; do sleep 0.1; done
address=http://127.0.0.1:$(<port)/film.mp4
size=$(stat -c %s film.mp4)
((size > 300000))
for program in curl wget; do
  head -c 1000 film.mp4 >"$program.mp4"
  code=0
  case $program in
    curl) curl --silent --fail --continue-at - --output curl.mp4 "$address" || code=$? ;;
    wget) wget --quiet --continue --output-document=wget.mp4 "$address" || code=$? ;;
  esac
  echo "$program: $(stat -c %s "$program.mp4") of $size bytes, ends with $code"
done
code=0
ffmpeg -v fatal -i "$address" -f framemd5 frames || code=$?
frames=$(grep -c '^0,' frames)
echo "ffmpeg: $frames of 250 frames, ends with $code"
[[ ! -e ends ]]
timeout 120 mpv --no-config --really-quiet --vo=null --untimed --user-agent=mpv "$address"
echo "asked for the last byte: $(<ends)"
[[ $(stat -c %s curl.mp4 wget.mp4 | uniq) == 101000 && $code == 0 && $frames -lt 200 && $(<ends) == mpv ]]
