#!/usr/bin/env bash
# subtitle 4.2.2: what is shown after 24 hours is written a day too early, with the milliseconds of the days before in
# the place of its three digits behind the point. Reading is right. Whoever converts or shifts the subtitles of a
# recording that long, or of one on the clock of a broadcast, gets a file with cues at its beginning, or one that
# players refuse.
#
# Seen: 25:00:03,500 is written as 01:00:03.86400500 in WebVTT.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts subtitle@4.2.2 >/dev/null
cat >try.cjs <<'JS'
const { parseSync, stringifySync } = require('subtitle');

const cues = parseSync('1\n23:00:03,500 --> 23:00:04,000\nBefore\n\n2\n25:00:03,500 --> 25:00:04,000\nBehind\n');
const starts = cues.map(({ data }) => data.start);
const times = stringifySync(cues, { format: 'WebVTT' }).match(/^\S+(?= -->)/gm);
console.log(`read at ${starts.join(' and ')} ms, written at ${times.join(' and ')}`);
const isRead = starts[0] === 82_803_500 && starts[1] === 90_003_500;
process.exit(isRead && times[0] === '23:00:03.500' && times[1].startsWith('01:00:03.') ? 0 : 1);
JS
node try.cjs
