import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { cycloneDx, npmPurl } from '../../../deployment/cyclone-dx.ts';

/** A package of which a bundle contains code. */
export type BundledPackage = {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** The texts that lie in the package: licences, and notices that go with them. */
  readonly texts: readonly string[];
};

/** Licences of packages whose manifests name none that has an identifier; what DejaVu adds is in the public domain. */
const UNNAMED: Readonly<Record<string, string>> = { 'dejavu-fonts-ttf': 'Bitstream-Vera' };

const MANIFEST = v.pipe(
  v.object({
    name: v.string(),
    version: v.string(),
    license: v.optional(v.string()),
    // As old packages have it.
    licenses: v.optional(v.array(v.object({ type: v.string() }))),
  }),
  v.transform(({ name, version, license, licenses = [] }) => ({
    ...{ name, version },
    licence: UNNAMED[name] ?? license ?? licenses.map(({ type }) => type).join(' OR '),
  })),
  v.check(({ licence }) => licence !== ''),
);
const TEXTS = /^(licen[cs]e|copying|notice)/i;

/** Reads the packages that these files of a bundle, named from `project`, belong to; each once, by name. */
export async function packagesOf(
  inputs: Iterable<string>,
  project: string,
): Promise<readonly BundledPackage[]> {
  const folders = new Set<string>();
  for (const input of inputs) {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
    if (folder !== undefined) folders.add(resolve(project, folder));
  }
  const packages = await Promise.all([...folders].map(readPackage));
  const named = new Map(packages.map((one) => [`${one.name} ${one.version}`, one]));
  return [...named.keys()].toSorted().flatMap((name) => named.get(name) ?? []);
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const manifest = v.safeParse(MANIFEST, JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  if (!manifest.success) throw new Error(`The package in ${folder} does not say what it is and its licence.`);
  const { name, version, licence } = manifest.output;
  const files = (await readdir(folder)).filter((file) => TEXTS.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return { name, version, licence, texts: texts.map((text) => text.replaceAll('\r\n', '\n').trim()) };
}

/** Returns all licences in one text, each once, with the packages that are under it. */
export function licencesText(packages: readonly BundledPackage[], own: string): string {
  const under = new Map<string, string[]>();
  for (const { name, version, licence, texts } of packages) {
    const title = `${name} ${version} (${licence})`;
    for (const text of texts.length === 0 ? [NO_TEXT] : texts)
      under.set(text, [...(under.get(text) ?? []), title]);
  }
  const parts = [...under].map(([text, titles]) => `${titles.join('\n')}\n\n${text}`);
  return `${[`Sluice\n\n${own.trim()}`, `Sluice's function contains code of these packages.`, ...parts].join(RULE)}\n`;
}

const NO_TEXT = 'The package comes without a text; the licence above is the one that it names.';
const RULE = `\n\n${'-'.repeat(80)}\n\n`;

/** Returns the bill of materials of the function. */
export function billOf(packages: readonly BundledPackage[], version: string): string {
  return cycloneDx(
    { type: 'application', name: 'sluice', version, licenses: [{ license: { id: 'MIT' } }] },
    packages.map(({ name, version: own, licence }) => ({
      type: 'library',
      name,
      version: own,
      licenses: [/^[\w.+-]+$/.test(licence) ? { license: { id: licence } } : { expression: licence }],
      purl: npmPurl(name, own),
    })),
  );
}
