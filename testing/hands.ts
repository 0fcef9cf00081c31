import { setTimeout as delay } from 'node:timers/promises';
import type { Page as ChromiumPage } from 'playwright-core';
import type { Page as FirefoxPage } from 'puppeteer-core';
import { launchBrowser } from './browser.ts';
import { launchFirefox } from './firefox.ts';

/** What a person does in a page, the same in Chromium (Playwright) and in Firefox (Puppeteer). */
export type Hands = {
  open(url: string): Promise<void>;
  /** Clicks what a selector finds, in shadow roots too: the first that has the text, once it is there. */
  click(selector: string, text?: string): Promise<void>;
  /** Opens a menu of the player and chooses an item: two clicks. */
  choose(menu: 'captions' | 'rendition', label: string): Promise<void>;
  /** Presses a key, as the keyboard names it. */
  press(key: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  /** Clicks what copies text, waits until the page says in an element that it is copied, and returns the text. */
  copy(selector: string, told: string): Promise<string>;
  /** Chooses files for an input. */
  give(selector: string, ...paths: readonly string[]): Promise<void>;
  /** Evaluates an expression. */
  see<T>(expression: string): Promise<T>;
  /** Waits for an expression to be true. */
  until(expression: string): Promise<void>;
  /** How often it was clicked since the page was opened. */
  clicks(): number;
  /** What the page has complained of: errors and violations of its policy. */
  complaints(): Promise<readonly string[]>;
  close(): Promise<void>;
};

export type Person = { newHands(): Promise<Hands>; close(): Promise<void> };

/** Only against hanging. */
const WITHIN_MS = 60_000;
const MOST_ATTEMPTS = 5;

/** What both browsers' pages have in common. */
type Page = Pick<ChromiumPage, 'close'> & {
  goto(url: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  type(selector: string, text: string): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
};

export async function chromiumPerson(): Promise<Person> {
  const browser = await launchBrowser();
  return {
    async newHands() {
      const page = await browser.newPage();
      await page.setViewportSize({ width: 1440, height: 900 });
      page.setDefaultTimeout(5_000);
      await page.addInitScript(COMPLAINTS);
      return handsOn(page, {
        // Its selectors look into shadow roots.
        click: (selector) => page.click(selector),
        give: (selector, paths) => page.setInputFiles(selector, [...paths]),
      });
    },
    close: () => browser.close(),
  };
}

export async function firefoxPerson(): Promise<Person> {
  const browser = await launchFirefox();
  return {
    async newHands() {
      const page: FirefoxPage = await browser.newPage();
      await page.setViewport({ width: 1440, height: 900 });
      await page.evaluateOnNewDocument(COMPLAINTS);
      return handsOn(page as unknown as Page, {
        click: (selector) => page.click(`pierce/${selector}`),
        async give(selector, paths) {
          const input = await page.$(selector);
          await (input as unknown as { uploadFile(...paths: string[]): Promise<void> } | null)?.uploadFile(
            ...paths,
          );
        },
      });
    },
    close: () => browser.close(),
  };
}

const COMPLAINTS = `
  globalThis.complaints = [];
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    complaints.push('CSP: ' + effectiveDirective + ' forbids ' + blockedURI));
  addEventListener('error', ({ message }) => {
    // Says that a size is told a frame later: media-chrome places its menus when they have theirs.
    if (message && !message.startsWith('ResizeObserver loop')) complaints.push(message);
  });
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
`;

/** Notes what goes to the clipboard on its way: browsers let nobody read it without asking. */
const SPY = `(() => {
  const clipboard = navigator.clipboard;
  clipboard.writeText = (text) => {
    globalThis.copied = text;
    return Clipboard.prototype.writeText.call(clipboard, text);
  };
})()`;

/** Finds elements in the page and in its shadow roots. */
const DEEP = `function deep(selector, root = document) {
  const inside = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ? deep(selector, shadowRoot) : []);
  return [...root.querySelectorAll(selector), ...inside];
}`;

type Own = {
  click(selector: string): Promise<void>;
  give(selector: string, paths: readonly string[]): Promise<void>;
};

function handsOn(page: Page, { click, give }: Own): Hands {
  let clicks = 0;
  let marks = 0;
  const until = async (expression: string) => {
    const deadline = Date.now() + WITHIN_MS;
    while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
      if (Date.now() > deadline) throw new Error(`not within ${WITHIN_MS} ms: ${expression}`);
      await delay(50);
    }
  };
  const clickOn = async (selector: string, text: string) => {
    marks += 1;
    // Named before it is clicked, since rows may be drawn anew meanwhile.
    for (let attempt = 1; ; attempt++) {
      await until(`(() => {
        const found = (${DEEP})(${JSON.stringify(selector)}).find((each) =>
          each.checkVisibility({ visibilityProperty: true }) && !each.disabled &&
          each.textContent.includes(${JSON.stringify(text)}));
        found?.setAttribute('data-hand', '${marks}');
        // What still moves, as a menu that grows, would be missed.
        const place = found && '${marks} ' + JSON.stringify(found.getBoundingClientRect());
        const rests = place !== undefined && place === globalThis.handPlace;
        globalThis.handPlace = place;
        return rests;
      })()`);
      try {
        await click(`[data-hand="${marks}"]`);
        break;
      } catch (error) {
        // It was replaced just then.
        if (attempt === MOST_ATTEMPTS) throw error;
      }
    }
    clicks += 1;
  };
  return {
    until,
    async open(url) {
      await page.goto('about:blank');
      await page.goto(url);
      clicks = 0;
    },
    click: (selector, text = '') => clickOn(selector, text),
    async choose(menu, label) {
      await clickOn(`media-${menu}-menu-button`, '');
      await clickOn('media-chrome-menu-item', label);
    },
    async copy(selector, told) {
      await page.evaluate(SPY);
      await clickOn(selector, '');
      await until(`document.querySelector(${JSON.stringify(told)}).textContent.startsWith('Copied.')`);
      return page.evaluate<string>('globalThis.copied');
    },
    press: (key) => page.keyboard.press(key),
    async fill(selector, text) {
      await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).value = ''`);
      await page.type(selector, text);
    },
    give: (selector, ...paths) => give(selector, paths),
    see: (expression) => page.evaluate(expression),
    clicks: () => clicks,
    complaints: () => page.evaluate<string[]>('globalThis.complaints'),
    close: () => page.close(),
  };
}
