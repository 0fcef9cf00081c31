import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Hands HTML files over as text, whole: the style and the script that they name are bundled and put in. */
export const pages: Plugin = {
  name: 'pages',
  setup({ onLoad }) {
    onLoad({ filter: /\.html$/ }, async ({ path }) => ({ contents: await bundlePage(path), loader: 'text' }));
  },
};

/** One page for one request. Throws for a page without its one style or script, and for text that would end it. */
export async function bundlePage(path: string): Promise<string> {
  const html = await readFile(path, 'utf8');
  const styled = await inline(html, path, STYLE, (css) => `<style>${css}</style>`);
  return inline(styled, path, SCRIPT, (js) => `<script type="module">${js}</script>`);
}

const STYLE = /<link rel="stylesheet" href="([^"]+)">/g;
const SCRIPT = /<script type="module" src="([^"]+)"><\/script>/g;

/** A parser of HTML reads on behind these in another way, whatever they mean in the text. */
const ENDING = /<\/(?:style|script)|<!--/i;

async function inline(
  html: string,
  path: string,
  reference: RegExp,
  write: (text: string) => string,
): Promise<string> {
  const [found, ...more] = html.matchAll(reference);
  const [whole, name] = found ?? [];
  if (whole === undefined || name === undefined || more.length > 0) {
    throw new Error(`${path} must match ${reference} once.`);
  }
  const text = await bundleText(join(dirname(path), name));
  if (ENDING.test(text)) throw new Error(`${name} holds what would end it inside of HTML (${ENDING}).`);
  // Not as a string, in which `$&` and the like mean something.
  return html.replace(whole, () => write(text));
}

/** A module or a style sheet with all that it imports: the same text from the same sources, wherever they lie. */
async function bundleText(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles.map(({ text }) => text.trimEnd()).join('');
}
