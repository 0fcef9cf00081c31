#!/usr/bin/env bash
# mpd-parser 1.4.0 (the DASH reader of video.js): a SegmentTimeline that stands in the SegmentTemplate of an
# AdaptationSet and again in that of its Representation is counted twice. ISO/IEC 23009-1 (5.3.9.1) lets the element
# of the lower level take the place of the one above, so that both manifests below describe two segments of 4 s.
#
# Seen: 2 segments (8 s) where the timeline stands at one level, 4 segments (16 s) where it stands at both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts mpd-parser@1.4.0 >/dev/null
cat >try.mjs <<'JS'
import { parse } from 'mpd-parser';

const template = `<SegmentTemplate media="$Number$.m4s" initialization="init.mp4" startNumber="1" timescale="1">
  <SegmentTimeline><S t="0" d="4" r="1"/></SegmentTimeline></SegmentTemplate>`;
const manifest = (set, representation) => `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-live:2011"
  mediaPresentationDuration="PT8S" minBufferTime="PT4S"><Period>
  <AdaptationSet contentType="video" mimeType="video/mp4">${set}
    <Representation id="one" bandwidth="1000000" codecs="avc1.64001f" width="640" height="360">${representation}
    </Representation></AdaptationSet></Period></MPD>`;
const count = (text) => parse(text, { manifestUri: 'https://media.example/a.mpd' }).playlists[0].segments.length;
console.log(`upper ${count(manifest(template, ''))}`);
console.log(`lower ${count(manifest('', template))}`);
console.log(`both ${count(manifest(template, template))}`);
JS
seen=$(node try.mjs | tr '\n' ' ')
echo "mpd-parser 1.4.0: segments with the timeline at the level named: $seen"
[[ $seen == 'upper 2 lower 2 both 4 ' ]]
