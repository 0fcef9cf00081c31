import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { movieFile } from '../../testing/movie-file.ts';
import { corpusDirectory, has } from '../../testing/needs.ts';
import type { TargetName } from './messages.ts';

const MOST_BYTES = 48 * 1024;

/** Files that a target starts with. */
export function seedsOf(target: TargetName): Buffer[] {
  if (target === 'text') return textSeeds();
  return target === 'isobmff'
    ? [...syntheticSeeds(), ...corpusSeeds(/\.(mp4|m4a|3gp)$/)]
    : corpusSeeds(/\.(mkv|webm|ts|ogg|opus|mp3|wav|flac|aac)$/);
}

/**
 * The beginnings of the corpus's files with these extensions, and short ones whole; none without a corpus.
 */
function corpusSeeds(extensions: RegExp): Buffer[] {
  if (!has('corpus')) return [];
  return readdirSync(corpusDirectory, { recursive: true, encoding: 'utf8' })
    .filter((name) => extensions.test(name))
    .sort()
    .map((name) => readFileSync(join(corpusDirectory, name)).subarray(0, MOST_BYTES));
}

/** Short files with everything that a track can have, so that a mutation meets something relevant. */
function syntheticSeeds(): Buffer[] {
  const sizes = Array.from({ length: 24 }, (_, i) => 20 + i);
  const compositionOffsets = Array.from({ length: 24 }, (_, i) => [40, 80, 0, 0][i % 4] ?? 0);
  const edits = [
    { duration: 100, mediaTime: -1 },
    { duration: 900, mediaTime: 40 },
  ];
  const film = { sizes, compositionOffsets, sync: [1, 9, 17], edits };
  const audio = { handler: 'soun', sizes: Array<number>(30).fill(9), duration: 21, samplesPerChunk: 7 };
  return [
    movieFile({ tracks: [film] }),
    movieFile({ tracks: [{ ...film, wideOffsets: true }, audio] }),
    movieFile({ tracks: [audio] }),
  ];
}

/** A short file of each format of subtitles, with what each may have. */
function textSeeds(): Buffer[] {
  const ass = `[Script Info]\nPlayResX: 640\nPlayResY: 360\n[V4+ Styles]\nFormat: Name, Bold, Italic, Alignment\nStyle: Default,0,-1,2
[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\an8\\pos(20,30)\\b1}One{\\b0}, {\\k20}two\\Nthree{\\p1}m 0 0 l 1 1{\\p0}
Dialogue: 0,0:00:03.00,0:00:04.50,Default,,0,0,0,Banner;1;2,{\\t(0,1,\\fscx2)\\clip(m 0 0)\\rDefault}Four\\h5\n`;
  const ttml = `<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25">
<head><styling><style xml:id="a" tts:fontStyle="italic"/></styling><layout><region xml:id="r" tts:origin="1% 2%" tts:extent="80% 20%"/></layout></head>
<body><div><p begin="00:00:01:12" end="2.5s" region="r" style="a">One<br/><span tts:fontWeight="bold" begin="0.5s">two &amp; &#8211;</span></p></div></body></tt>`;
  const srt =
    '1\n00:00:01,000 --> 00:00:02,500 X1:1\n<i>One</i> & {\\an8}<font color="red">two</font>\n\n2\n-00:00:01,0 --> 00:00:09.5\n3 < 5';
  const vtt =
    'WEBVTT x\n\nSTYLE\n::cue {}\n\nNOTE a\n\nid\n00:01.000 --> 00:02.000 line:0 align:start\n<v.a Bob><c.red>One</c> <00:01.500>&lt;</v>\n';
  const texts = [srt, vtt, ass, ttml].map((text) => Buffer.from(text));
  return [...texts, Buffer.from(srt, 'utf16le'), Buffer.from(srt.replace('One', '\xfc\x93'), 'latin1')];
}
