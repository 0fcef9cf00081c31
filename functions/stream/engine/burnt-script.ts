import { closeSync, openSync, rmSync } from 'node:fs';
import { access, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeMarkup } from '../base/escape-markup.ts';
import { Problem } from '../base/problem.ts';

/** Subtitles as libass draws them. */
export type BurntScript = {
  /** An ASS or SSA script. */
  readonly script: string;
  /** Fonts of the media itself, as TrueType or OpenType. */
  readonly fonts: readonly Uint8Array[];
};

const OPEN_FILES = process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd';

/**
 * The script and the folder of its fonts where ffmpeg finds them: its fourth and its fifth file, so that no name of a
 * file stands in a filter. Lambda has no `/dev/fd`, and macOS no `/proc`.
 */
export const SCRIPT_PATH = `${OPEN_FILES}/3`;
export const FONTS_PATH = `${OPEN_FILES}/4`;

/** The family of the font that comes with Sluice. */
export const FONT_FAMILY = 'DejaVu Sans';

export type OpenedScript = {
  /** The numbers of the script and of the folder of fonts in this process. */
  readonly files: readonly [script: number, fonts: number];
  /** What ffmpeg's environment needs to find the fonts, and no others, if it asks fontconfig. */
  readonly environment: Record<string, string>;
  /** Removes it. May be called more than once. */
  close(): void;
};

/** Begins the names of folders. Hidden, so that none is served if the media folder is the one for temporary files. */
const PREFIX = '.sluice-script-';

/** Folders in use, which go with the process as well: it ends itself to break off an answer that has failed. */
const folders = new Set<string>();

/** The search for what earlier processes have left, once for each process. */
let orphans: Promise<void> | undefined;

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/**
 * Writes a script, and the fonts that may be used with it, into a folder of their own. Rejects with `internal` without
 * Sluice's own font: libass would draw nothing, and say nothing.
 */
export async function openScript(
  { script, fonts }: BurntScript,
  fontPath: string | null,
): Promise<OpenedScript> {
  if (fontPath === null) throw withoutFont();
  await access(fontPath).catch((cause: unknown) => {
    throw withoutFont({ cause });
  });
  // Before there is one more: nobody else needs the space.
  orphans ??= import('./orphaned-scripts.ts').then(({ removeOrphans }) => removeOrphans(tmpdir(), PREFIX));
  await orphans;
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  if (folders.size === 0) process.once('exit', removeFolders);
  folders.add(folder);
  try {
    const [fontFolder, configuration] = [join(folder, 'fonts'), join(folder, 'fonts.conf')];
    await mkdir(fontFolder);
    await symlink(fontPath, join(fontFolder, 'own.ttf'));
    // Their names in the media are of no account.
    for (const [i, font] of fonts.entries()) await writeFile(join(fontFolder, `${i}.font`), font);
    await writeFile(configuration, fontConfiguration(fontFolder));
    await writeFile(join(folder, 'script'), script);
    const files = [openSync(join(folder, 'script'), 'r'), openSync(fontFolder, 'r')] as const;
    let isOpen = true;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      for (const file of files) closeSync(file);
      removeFolder(folder);
    };
    return { files, environment: { FONTCONFIG_FILE: configuration }, close };
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
  if (folders.size === 0) process.off('exit', removeFolders);
}

const withoutFont = (options?: { readonly cause: unknown }) =>
  new Problem('internal', 'There is no font here to burn subtitles in with.', options);

/**
 * Returns a configuration of fontconfig that knows one folder. The family is the last choice of every text, and a cache
 * cannot be written where no folder can be.
 */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${escapeMarkup(folder)}</dir>
<cachedir>/dev/null/none</cachedir>
<match target="pattern"><edit name="family" mode="append_last"><string>${FONT_FAMILY}</string></edit></match>
</fontconfig>
`;
}
