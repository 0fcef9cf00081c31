import { inChromium } from './in-chromium.ts';

export const shaka = inChromium('shaka-player', ['hls', 'dash']);
