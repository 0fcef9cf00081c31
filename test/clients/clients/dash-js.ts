import { inChromium } from './in-chromium.ts';

export const dashJs = inChromium('dash.js', ['dash']);
