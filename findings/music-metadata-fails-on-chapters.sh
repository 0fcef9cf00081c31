#!/usr/bin/env bash
# music-metadata 11.16.1: with `includeChapters`, an M4A with chapters whose index lies in front, as in audiobooks made
# for the web, is not read at all: it expects a chunk for each title, and ISO/IEC 14496-12 (8.7.4) lets a chunk have
# several samples. With the index at the end the file is read, and has no chapters. ffprobe lists them in both.
#
# Seen, of 60 s with three chapters, written by ffmpeg 5.1 (Debian's): "Expected equal chunk-offset-table &
# sample-size-table length." with the index in front, no chapter with it at the end; all three of an MP3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts music-metadata@11.16.1 >/dev/null
dpkg-query -W ffmpeg
{
  echo ';FFMETADATA1'
  for chapter in '0 Harbour' '1 The open sea' '2 Home'; do
    start=$((${chapter%% *} * 20))
    printf '[CHAPTER]\nTIMEBASE=1/1\nSTART=%d\nEND=%d\ntitle=%s\n' "$start" $((start + 20)) "${chapter#* }"
  done
} >chapters
book() {
  ffmpeg -v error -f lavfi -i sine=r=44100 -i chapters -map_chapters 1 -t 60 "$@"
}
book -c:a aac end.m4a
book -c:a aac -movflags +faststart front.m4a
book -c:a libmp3lame book.mp3
cat >try.mjs <<'JS'
import { parseFile } from 'music-metadata';

for (const name of ['end.m4a', 'front.m4a', 'book.mp3']) {
  const read = await parseFile(name, { includeChapters: true }).then(
    ({ format }) => `${format.chapters?.length ?? 0} chapters`,
    ({ message }) => message,
  );
  console.log(`${name}: ${read}`);
}
JS
for name in end.m4a front.m4a book.mp3; do
  echo "ffprobe, $name: $(ffprobe -v error -show_chapters "$name" | grep -c '^\[CHAPTER\]') chapters"
done
node try.mjs | tee seen
[[ $(<seen) == 'end.m4a: 0 chapters
front.m4a: Expected equal chunk-offset-table & sample-size-table length.
book.mp3: 3 chapters' ]]
