import puppeteer, { type Browser } from 'puppeteer-core';

/** Launches Debian's Firefox ESR without a window, over WebDriver BiDi; media may start without a click. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      // Decoding in software gives the same pixels on every machine.
      'media.hardware-video-decoding.enabled': false,
      'gfx.canvas.accelerated': false,
      // No requests to the outside.
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'media.gmp-manager.updateEnabled': false,
      'services.settings.server': 'http://127.0.0.1:9/',
    },
  });
}
