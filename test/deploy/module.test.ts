import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Aws, startAws } from '../../testing/moto.ts';
import { adaptToMoto, adaptToProvider } from '../../testing/moto-stack.ts';
import { needs } from '../../testing/needs.ts';
import { providerMirror } from '../../testing/provider-mirror.ts';
import { type Ended, runScript } from '../../testing/run-main.ts';
import { type Terraform, terraformIn } from '../../testing/terraform.ts';

const EXAMPLE = new URL('../../examples/terraform/main.tf', import.meta.url);

// One story: each step builds on the one before.
describe('npm run module', function () {
  this.timeout(120_000);
  let directory: string;
  let aws: Aws;
  let terraform: Terraform;

  before(async function () {
    needs(this, 'terraform', 'moto', 'provider');
    directory = await mkdtemp(join(tmpdir(), 'sluice-module-'));
    aws = await startAws();
    // Where the example looks for it.
    await mkdir(join(directory, 'examples/terraform'), { recursive: true });
    await writeFile(join(directory, 'examples/terraform/main.tf'), await readFile(EXAMPLE));
    terraform = terraformIn(join(directory, 'examples/terraform'), aws.environment);
  });
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  function writeModule(options: object): Promise<Ended> {
    const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
    // Without an expiry, for which moto is waited a minute.
    const context = { architecture, runtime: 'nodejs22.x', keepDerived: false, ...options };
    return runScript('infra/write-module.ts', [join(directory, 'dist/module')], directory, {
      CDKTF_CONTEXT_JSON: JSON.stringify(context),
    });
  }

  it('writes a module without provider, backend or anything of one deployment', async () => {
    const { code, stderr } = await writeModule({ public: true, metrics: true, kmsKey: 'create' });
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const [first, ...zips] = (await readdir(join(directory, 'dist/module'))).sort().reverse();
    expect([first, ...zips].filter((name) => name?.endsWith('.zip'))).to.have.length(2);
    const text = await readFile(join(directory, 'dist/module/main.tf.json'), 'utf8');
    const module = JSON.parse(text);
    expect(Object.keys(module)).to.have.members([
      ...['terraform', 'variable', 'locals', 'data', 'resource', 'output'],
    ]);
    expect(Object.keys(module.terraform)).to.have.members(['required_version', 'required_providers']);
    expect(text).to.not.match(/zq-|us-east-1|"\/\/"/);
  });

  it('is applied from the example’s root module, without drift', async () => {
    const mirror = providerMirror();
    const file = join(directory, 'dist/module/main.tf.json');
    const module = JSON.parse(await readFile(file, 'utf8'));
    const adapted = adaptToMoto(adaptToProvider(module, mirror?.version ?? ''));
    await writeFile(file, JSON.stringify(adapted));
    await terraform('init', `-plugin-dir=${mirror?.directory}`);
    await terraform('apply', '-auto-approve');
    expect(await terraform.exitCode('plan', '-detailed-exitcode')).to.equal(0);
    const path = '/2015-03-31/functions/films';
    const { Configuration } = JSON.parse(await aws.call({ service: 'lambda', path }));
    expect(Configuration.MemorySize).to.equal(2048);
    expect(Configuration.Environment.Variables).to.include({
      PAGE_CREDIT: 'Films of the archive',
      PUBLIC: '1',
      METRICS: '1',
    });
    expect(await terraform('output', '-raw', 'url')).to.match(/^https:\/\/\S+$/);
  });

  it('is another deployment under another name, and takes no wrong one', async () => {
    expect(await terraform('plan', '-var', 'name=clips')).to.contain('clips-media-');
    expect(await terraform.exitCode('plan', '-var', 'name=Films!')).to.equal(1);
  });

  it('is destroyed, and leaves nothing', async () => {
    await terraform('destroy', '-auto-approve');
    expect(await terraform('state', 'list')).to.equal('');
  });

  it('leaves the parameter with the keys, and a provider of us-east-1, to its caller', async () => {
    const { code } = await writeModule({
      ...{ signingKeysParameter: '/a', cdn: true, domain: 'media.example.org', hostedZone: 'example.org' },
    });
    expect(code).to.equal(0);
    const text = await readFile(join(directory, 'dist/module/main.tf.json'), 'utf8');
    const { variable, terraform: settings } = JSON.parse(text);
    expect(variable.signing_keys_parameter).to.not.have.property('default');
    expect(settings.required_providers.aws.configuration_aliases).to.deep.equal(['aws.us-east-1']);
    expect(text).to.contain(`:parameter\${var.signing_keys_parameter}`);
  });

  it('removes nothing that somebody else has written', async () => {
    const notes = join(directory, 'dist/module/notes.md');
    await writeFile(notes, 'mine');
    const { code, stderr } = await writeModule({ public: true });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^\S+ holds notes\.md, and would be replaced: /);
    expect(await readFile(notes, 'utf8')).to.equal('mine');
    await rm(notes);
  });

  it('has no options of a root module', async () => {
    const { code, stderr } = await writeModule({ stateBucket: 'states' });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^A module has no stateBucket and no moreRegions: /);
  });
});
