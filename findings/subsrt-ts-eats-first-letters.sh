#!/usr/bin/env bash
# subsrt-ts 2.1.2: of each line of an ASS file the first letter is gone, unless a blank stands before it. Subtitle
# programs write none: a line of [Events] ends with a comma and the text. WebVTT that is made of such a file also begins
# with a block that says "undefined". Nothing is raised.
#
# Seen: "Hello, my friend" is read as "ello, my friend"; with a blank behind the comma it is whole.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts subsrt-ts@2.1.2 >/dev/null
printf '1\n00:00:01,000 --> 00:00:02,000\nHello, my friend\n' >made.srt
# What a real writer of the format makes.
ffmpeg -v error -i made.srt made.ass
grep '^Dialogue' made.ass
cat >try.mjs <<'JS'
import { readFileSync } from 'node:fs';
import subsrt from 'subsrt-ts';

const { convert, parse } = subsrt.default ?? subsrt;
const file = readFileSync('made.ass', 'utf8');
const textOf = (ass) => parse(ass, { format: 'ass' }).find(({ type }) => type === 'caption').text;
const seen = [textOf(file), textOf(file.replace(',Hello', ', Hello'))];
console.log(`without a blank ${JSON.stringify(seen[0])}, with one ${JSON.stringify(seen[1])}`);
const vtt = convert(file, { format: 'vtt' });
console.log(JSON.stringify(vtt));
const isAsSeen = seen[0] === 'ello, my friend' && seen[1] === 'Hello, my friend' && vtt.includes('\nundefined');
process.exit(isAsSeen ? 0 : 1);
JS
node try.mjs
