import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Loads HTML files as text, with their styles and scripts bundled and inlined. */
export const pages: Plugin = {
  name: 'pages',
  setup({ onLoad }) {
    onLoad({ filter: /\.html$/ }, async ({ path }) => ({ contents: await bundlePage(path), loader: 'text' }));
  },
};

/**
 * Bundles a page into one response. Throws for a page without exactly one style and one script, and for text
 * that would end its element.
 */
export async function bundlePage(path: string): Promise<string> {
  const html = await readFile(path, 'utf8');
  const styled = await inline(html, path, STYLE, (css) => `<style>${css}</style>`);
  return inline(styled, path, SCRIPT, (js) => `<script type="module">${js}</script>`);
}

const STYLE = /<link rel="stylesheet" href="([^"]+)">/g;
const SCRIPT = /<script type="module" src="([^"]+)"><\/script>/g;

/** An HTML parser changes its state at these, whatever they mean in the text. */
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
  if (ENDING.test(text)) throw new Error(`${name} contains text that would end its element (${ENDING}).`);
  // A function, since `$&` and the like have a meaning in a replacement string.
  return html.replace(whole, () => write(text));
}

/**
 * Bundles a module or a style sheet with its imports: the same text from the same sources, wherever they lie.
 */
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
