import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readContext, withoutCdkNames } from '../../infra/context.ts';

describe('context', () => {
  let directory: string;
  let file: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-context-'));
    file = join(directory, 'cdktf.json');
    const targetVersions = { terraform: '>=1.10.0' };
    await writeFile(file, JSON.stringify({ app: 'x', targetVersions, context: { name: 'a', region: 'b' } }));
  });
  after(() => rm(directory, { recursive: true }));

  it('is the content of the file, with the environment’s on top', () => {
    const targetVersions = { terraform: '>=1.10.0' };
    expect(readContext(file, undefined)).to.deep.equal({ targetVersions, name: 'a', region: 'b' });
    expect(readContext(file, '{"name":"c"}')).to.deep.equal({ targetVersions, name: 'c', region: 'b' });
  });

  it('is refused in one sentence if it is not JSON', async () => {
    expect(() => readContext(file, '{')).to.throw(Error, /^CDKTF_CONTEXT_JSON is not valid JSON: .*\.$/);
    expect(() => readContext(file, '[]')).to.throw(Error, /^CDKTF_CONTEXT_JSON must hold a JSON object\.$/);
    const broken = join(directory, 'broken.json');
    await writeFile(broken, '{ "context": { "name": "a", } }');
    expect(() => readContext(broken, undefined)).to.throw(Error, /broken\.json is not valid JSON: .*\.$/);
  });

  it('may contain names of the CDK that are no options', () => {
    const cdks = { cdktfRelativeModules: [], targetVersions: {}, canonicalAssetHashes: 'true' };
    expect(withoutCdkNames({ ...cdks, name: 'a', memroy: 1 })).to.deep.equal({ name: 'a', memroy: 1 });
  });
});
