import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { shadowStyles } from '../../../packages/player/shadow-styles.ts';

/** A page as one response, and the modules that its script loads when it needs them. */
export type Page = {
  readonly html: string;
  /** The hashes of the styles that its libraries write into shadow roots, as a policy names them. */
  readonly styles: readonly string[];
  /** The text of each module by the last part of its address, which has a hash of the text in it. */
  readonly assets: Readonly<Record<string, string>>;
  /** The files whose code is in it, by their absolute paths. */
  readonly inputs: readonly string[];
};

/**
 * Loads HTML files with their styles and scripts bundled and inlined, and `page.html?assets` as the modules that
 * its script loads later. `note` is told of every file that is in them.
 */
export function pages(note: (input: string) => void): Plugin {
  return {
    name: 'pages',
    setup({ onLoad, onResolve }) {
      const bundled = new Map<string, Promise<Page>>();
      const bundleOnce = (path: string): Promise<Page> => {
        const page = bundled.get(path) ?? bundlePage(path);
        bundled.set(path, page);
        return page;
      };
      onResolve({ filter: /\.html\?assets$/ }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path.slice(0, -ASSETS.length)),
        suffix: ASSETS,
      }));
      onLoad({ filter: /\.html$/ }, async ({ path, suffix }) => {
        const { html, styles, assets, inputs } = await bundleOnce(path);
        for (const input of inputs) note(input);
        return { contents: JSON.stringify(suffix === ASSETS ? assets : { html, styles }), loader: 'json' };
      });
    },
  };
}

/**
 * Bundles a page. Throws for a page without exactly one style and one script, for text that would end its
 * element, and for a script that cannot run without one of its assets.
 */
export async function bundlePage(path: string): Promise<Page> {
  const html = await readFile(path, 'utf8');
  const style = find(html, path, STYLE);
  const { css, inputs } = await bundleStyle(join(dirname(path), style.name));
  const script = find(html, path, SCRIPT);
  const { main, assets, inputs: more } = await bundleScript(join(dirname(path), script.name));
  for (const [text, { name }] of [
    [css, style],
    [main, script],
  ] as const) {
    if (ENDING.test(text)) throw new Error(`${name} contains text that would end its element (${ENDING}).`);
  }
  // Functions, since `$&` and the like have a meaning in a replacement string.
  const whole = html
    .replace(style.element, () => `<style>${css}</style>`)
    .replace(script.element, () => `<script type="module">${main}</script>`);
  const all = [...inputs, ...more];
  const hasPlayer = all.some((input) => input.includes('/node_modules/media-chrome/'));
  return { html: whole, styles: hasPlayer ? shadowHashes() : [], assets, inputs: all };
}

function shadowHashes(): readonly string[] {
  return shadowStyles().map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

/** Follows the name of a page whose modules are meant. */
const ASSETS = '?assets';

const STYLE = /<link rel="stylesheet" href="([^"]+)">/g;
const SCRIPT = /<script type="module" src="([^"]+)"><\/script>/g;

/** An HTML parser changes its state at these, whatever they mean in the text. */
const ENDING = /<\/(?:style|script)|<!--/i;

function find(
  html: string,
  path: string,
  reference: RegExp,
): { readonly element: string; readonly name: string } {
  const [found, ...more] = html.matchAll(reference);
  const [element, name] = found ?? [];
  if (element === undefined || name === undefined || more.length > 0) {
    throw new Error(`${path} must match ${reference} once.`);
  }
  return { element, name };
}

/** The same text from the same sources, wherever they lie. */
const FOR_BROWSERS = {
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  charset: 'utf8',
  logLevel: 'warning',
} as const satisfies BuildOptions;

async function bundleStyle(entry: string): Promise<{ readonly css: string } & Pick<Page, 'inputs'>> {
  const folder = dirname(entry);
  const { outputFiles, metafile } = await build({
    ...FOR_BROWSERS,
    entryPoints: [entry],
    absWorkingDir: folder,
    metafile: true,
    legalComments: 'none',
  });
  const css = outputFiles.map(({ text }) => text.trimEnd()).join('');
  return { css, inputs: inputsOf(metafile, folder) };
}

function inputsOf({ inputs }: Pick<Metafile, 'inputs'>, folder: string): readonly string[] {
  return Object.keys(inputs).map((input) => resolve(folder, input));
}

/** What a module imports when it needs it becomes an asset. */
async function bundleScript(
  entry: string,
): Promise<{ readonly main: string } & Pick<Page, 'assets' | 'inputs'>> {
  const folder = dirname(entry);
  const { outputFiles, metafile } = await build({
    ...FOR_BROWSERS,
    entryPoints: [entry],
    absWorkingDir: folder,
    splitting: true,
    metafile: true,
    outdir: folder,
    publicPath: '/',
    chunkNames: 'assets/[name]-[hash]',
    // Libraries keep the notices that their licences ask for.
    legalComments: 'eof',
  });
  let main = '';
  const assets: Record<string, string> = {};
  for (const { path, text } of outputFiles) {
    const output = metafile.outputs[relative(folder, path)];
    // Modules that are loaded later are entry points as well.
    if (output?.entryPoint !== basename(entry)) {
      assets[basename(path)] = text;
      continue;
    }
    // One response is all that the page needs to begin.
    if (output.imports.some(({ kind }) => kind === 'import-statement')) {
      throw new Error(`${entry} shares code with what it loads later.`);
    }
    main = text.trimEnd();
  }
  return { main, assets, inputs: inputsOf(metafile, folder) };
}
