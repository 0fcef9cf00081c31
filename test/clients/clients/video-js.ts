import { inChromium } from './in-chromium.ts';

/** With VHS, its own engine for HLS and DASH. */
export const videoJs = inChromium('video.js', ['hls', 'dash', 'progressive']);
