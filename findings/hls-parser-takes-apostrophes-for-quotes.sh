#!/usr/bin/env bash
# hls-parser 0.16.1: a pair of apostrophes within a quoted attribute of a playlist changes where the attribute ends, although
# RFC 8216 (4.2) lets a quoted string hold them. Nothing is raised.
#
# Seen: behind NAME="Director 'Ann' English" the attributes that follow are read as part of the name; NAME="Director
# 'Ann', English" ends at its comma. Without apostrophes the name with a comma is read whole.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts hls-parser@0.16.1 >/dev/null
cat >try.cjs <<'JS'
const { parse } = require('hls-parser');

const nameOf = (name) =>
  parse(
    `#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="${name}",LANGUAGE="en",URI="a.m3u8"\n` +
      '#EXT-X-STREAM-INF:BANDWIDTH=100000,CODECS="avc1.64001f,mp4a.40.2",AUDIO="a"\nv.m3u8\n',
  ).variants[0].audio[0].name;
const names = ["Director 'Ann' English", 'Director Ann, English', "Director 'Ann', English"];
const read = names.map(nameOf);
for (const [i, name] of names.entries()) console.log(`${JSON.stringify(name)} is read as ${JSON.stringify(read[i])}`);
const isAsSeen = read[0].includes('LANGUAGE=') && read[1] === names[1] && !read[2].includes('English');
process.exit(isAsSeen ? 0 : 1);
JS
node try.cjs
