import { inChromium } from './in-chromium.ts';

/** The element alone. */
export const chromium = inChromium('Chromium', ['progressive', 'hls'], ({ name }) =>
  name === 'hls encoded' ? 'chooses itself' : null,
);
