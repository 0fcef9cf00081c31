import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { App } from 'cdktn';
import { asModule, STAND_INS } from './as-module.ts';
import { buildZips } from './build-zips.ts';
import { keysParameterOf, type Options } from './options.ts';
import { readOptions } from './read-options.ts';
import { SluiceStack } from './stack.ts';
import { stackId } from './stack-id.ts';

const FILE = 'main.tf.json';

// `npm run module [-- FOLDER]`: writes a Terraform module that needs no Node.js, with its zips beside it. The
// options decide what is in it; its variables decide what differs between deployments.
try {
  const [folder = 'dist/module'] = process.argv.slice(2);
  await writeModule(resolve(folder));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function writeModule(folder: string): Promise<void> {
  const given = readOptions();
  if (given.stateBucket !== null || given.moreRegions.length > 0) {
    throw new Error('A module has no stateBucket and no moreRegions: those are its caller’s.');
  }
  await refuseForeign(folder);
  const options = withStandIns(given);
  const outdir = await mkdtemp(join(tmpdir(), 'sluice-module-'));
  try {
    const app = new App({ outdir });
    new SluiceStack(app, options, await buildZips(given));
    app.synth();
    const stack = join(outdir, 'stacks', stackId(options));
    const { module, zips } = asModule(JSON.parse(await readFile(join(stack, 'cdk.tf.json'), 'utf8')), {
      ...given,
      hasKeys: keysParameterOf(given.access) !== null,
      hasMediaBucket: given.mediaBucket !== null,
    });
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const zip of zips) await copyFile(join(stack, zip), join(folder, basename(zip)));
    await writeFile(join(folder, FILE), `${JSON.stringify(module, null, 2)}\n`);
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
  process.stdout.write(`The module is in ${folder}\n`);
}

/** Throws an Error with one sentence for a folder whose content this has not written. */
async function refuseForeign(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const foreign = names.find((name) => name !== FILE && !name.endsWith('.zip'));
  if (foreign === undefined) return;
  throw new Error(
    `${folder} holds ${foreign}, and would be replaced: give a new folder, or an earlier module.`,
  );
}

function withStandIns(options: Options): Options {
  const { access, mediaBucket } = options;
  const [keysParameter] = STAND_INS.keysParameter;
  return {
    ...options,
    name: STAND_INS.name[0],
    region: STAND_INS.region[0],
    mediaBucket: mediaBucket === null ? null : STAND_INS.mediaBucket[0],
    access: keysParameterOf(access) === null ? access : ({ ...access, keysParameter } as Options['access']),
    // Settings are a variable, with which pages are allowed as well.
    alarmTopicArn: null,
  };
}
