#!/usr/bin/env bash
# x264 (Debian's libx264-164, through ffmpeg 5.1): with two threads and a ceiling (maxrate and bufsize), the same frames
# give other bytes from run to run, though `non-deterministic` is not asked for; slices in threads as well as frames.
# With one thread, or with two and no ceiling, every run gives the same. Who names cached segments by what went in, or
# encodes a segment on two machines, needs one thread.
#
# Seen, of ten runs each: 1 result with one thread, 1 with two and no ceiling, 10 with two and a ceiling.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
dpkg-query -W ffmpeg libx264-164
ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=24 -t 4 -vf noise=alls=20:allf=t:all_seed=1 -f yuv4mpegpipe -pix_fmt yuv420p film.y4m
results() {
  for _ in {1..10}; do
    ffmpeg -v error -i film.y4m -c:v libx264 -preset veryfast -crf 19 "$@" -fflags +bitexact -f h264 - | md5sum
  done | sort -u | wc -l
}
ceiling=(-maxrate 900k -bufsize 900k)
one=$(results -threads 1 "${ceiling[@]}")
free=$(results -threads 2)
two=$(results -threads 2 "${ceiling[@]}")
slices=$(results -threads 2 -x264-params sliced-threads=1 "${ceiling[@]}")
echo "different results of ten runs: one thread $one, two without a ceiling $free, two $two, two of slices $slices"
((one == 1 && free == 1 && two > 1 && slices > 1))
