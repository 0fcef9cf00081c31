import { inChromium } from './in-chromium.ts';

export const hlsJs = inChromium('hls.js', ['hls']);
