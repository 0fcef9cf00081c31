import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runScript } from '../../testing/run-main.ts';

describe('npm run deploy', function () {
  this.timeout(120_000);
  let directory: string;
  let said: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-command-'));
    said = join(directory, 'said');
    // Stands for Terraform: records its arguments, and fails at what the test names.
    const script = `#!/bin/sh\ncase "$1" in version) echo "{\\"terraform_version\\": \\"$VERSION\\"}"; exit 0;; esac\necho "$*" >> ${said}\ncase "$*" in *$FAILS*) exit 3;; esac\n`;
    await writeFile(join(directory, 'terraform'), script);
    await chmod(join(directory, 'terraform'), 0o755);
  });
  after(() => rm(directory, { recursive: true }));
  beforeEach(() => writeFile(said, ''));

  const deploy = async (context: object, args: string[], fails = 'nothing', more = {}) => {
    const { code, stderr } = await runScript('infra/deploy.ts', args, directory, {
      CDKTF_CONTEXT_JSON: JSON.stringify(context),
      CDKTF_OUTDIR: join(directory, 'out'),
      TERRAFORM_BINARY_NAME: join(directory, 'terraform'),
      FAILS: fails,
      VERSION: '1.10.0',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...more,
    });
    return { code, stderr, asked: (await readFile(said, 'utf8')).split('\n').slice(0, -1) };
  };
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  const options = { name: 'films', region: 'eu-west-1', architecture };

  it('synthesises, prepares the folder, and applies what was synthesised', async () => {
    const folder = join(directory, 'out/stacks/films-eu-west-1');
    const { code, asked } = await deploy(options, ['apply', '-auto-approve']);
    expect(code).to.equal(0);
    expect(asked).to.deep.equal([
      `-chdir=${folder} init -input=false -upgrade`,
      `-chdir=${folder} apply -auto-approve`,
    ]);
    await access(join(folder, 'cdk.tf.json'));
  });

  for (const [fails, steps] of [
    ['init', 1],
    ['destroy', 2],
  ] as const) {
    it(`ends with Terraform's own code if ${fails} fails`, async () => {
      const { code, asked } = await deploy(options, ['destroy'], fails);
      expect(code).to.equal(3);
      expect(asked).to.have.length(steps);
    });
  }

  const nobody = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' };
  const missing: [what: string, environment: Record<string, string>, sentence: RegExp][] = [
    [
      'Terraform',
      { TERRAFORM_BINARY_NAME: '/nowhere/terraform' },
      /^\/nowhere\/terraform cannot be started .*: install /,
    ],
    ['a new Terraform', { VERSION: '1.9.8' }, /^\S+terraform must be of version 1\.10 or newer\.\n$/],
    ['credentials', { ...nobody, HOME: '/nowhere' }, /^There are no AWS credentials: set AWS_PROFILE, .*\n$/],
  ];
  for (const [what, environment, sentence] of missing) {
    it(`builds nothing without ${what}`, async () => {
      const { code, stderr, asked } = await deploy(options, ['apply'], 'nothing', environment);
      expect(code).to.equal(1);
      expect(stderr).to.match(sentence);
      expect(asked).to.deep.equal([]);
    });
  }

  it('applies one region after the other', async () => {
    const both = { ...options, moreRegions: ['us-west-2'] };
    const { code, asked } = await deploy(both, ['apply']);
    expect(code).to.equal(0);
    expect(asked.map((line) => /stacks\/(\S+ \w+)/.exec(line)?.[1])).to.deep.equal([
      'films-eu-west-1 init',
      'films-eu-west-1 apply',
      'films-us-west-2 init',
      'films-us-west-2 apply',
    ]);
  });

  it('does not start Terraform if an option is wrong', async () => {
    const { code, stderr, asked } = await deploy({ ...options, region: 'mars' }, ['apply']);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^The option region .*\.\n$/);
    expect(asked).to.deep.equal([]);
  });
});
