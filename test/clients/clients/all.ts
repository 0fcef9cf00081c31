import type { Client } from '../client.ts';
import { aria2c } from './aria2c.ts';
import { chromium } from './chromium.ts';
import { curl } from './curl.ts';
import { dashJs } from './dash-js.ts';
import { ffmpegClient } from './ffmpeg.ts';
import { firefox } from './firefox.ts';
import { gstreamer } from './gstreamer.ts';
import { hlsJs } from './hls-js.ts';
import { mediabunny } from './mediabunny.ts';
import { mpv } from './mpv.ts';
import { shaka } from './shaka.ts';
import { videoJs } from './video-js.ts';
import { vlc } from './vlc.ts';
import { wget } from './wget.ts';
import { ytDlp } from './yt-dlp.ts';

export const CLIENTS: readonly Client[] = [
  ...[hlsJs, dashJs, shaka, videoJs, chromium, firefox, mpv, vlc, gstreamer, ffmpegClient],
  ...[ytDlp, aria2c, wget, curl, mediabunny],
];
