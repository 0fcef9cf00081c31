import { expect } from 'chai';
import { keysOfParameter } from '../../functions/stream/route/keys-of-parameter.ts';
import { keysOfSecret } from '../../functions/stream/route/keys-of-secret.ts';
import type { SigningKey } from '../../functions/stream/route/sign.ts';
import { type FakeAws, startFakeAws } from '../../testing/fake-aws.ts';

const SECRET = 's3cret'.repeat(6);

type Store = {
  readonly name: string;
  fetchKeys(options: object, name: string): Promise<readonly SigningKey[]>;
  readonly operation: string;
  readonly input: object;
  readonly missing: string;
  holding(text: string): object;
};

const STORES: Store[] = [
  {
    name: 'parameter',
    fetchKeys: (options, name) => keysOfParameter(name, options),
    operation: 'AmazonSSM.GetParameter',
    input: { Name: '/sluice/keys', WithDecryption: true },
    missing: 'ParameterNotFound',
    holding: (Value) => ({ Parameter: { Name: '/sluice/keys', Type: 'SecureString', Value } }),
  },
  {
    name: 'secret',
    fetchKeys: (options, name) => keysOfSecret(name, options),
    operation: 'secretsmanager.GetSecretValue',
    input: { SecretId: '/sluice/keys' },
    missing: 'ResourceNotFoundException',
    holding: (SecretString) => ({ Name: '/sluice/keys', SecretString }),
  },
];

for (const { name, fetchKeys, operation, input, missing, holding } of STORES) {
  describe(`keys in a ${name} of AWS`, () => {
    let aws: FakeAws;
    before(async () => {
      aws = await startFakeAws();
    });
    after(() => aws.close());

    async function fetched(): Promise<readonly SigningKey[] | Error> {
      const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
      const options = { endpoint: aws.url, region: 'eu-west-1', credentials, maxAttempts: 1 };
      return fetchKeys(options, '/sluice/keys').catch((error: Error) => error);
    }

    it('are fetched by name', async () => {
      aws.answer = { status: 200, body: holding(`main:${SECRET}\n`) };
      expect(await fetched()).to.deep.equal([{ id: 'main', secret: SECRET }]);
      expect(aws.asked).to.deep.equal([{ operation, input }]);
    });

    it('must have the form of SIGNING_KEYS, which is said without repeating them', async () => {
      for (const text of [`{"main":"${SECRET}"}`, SECRET, '']) {
        aws.answer = { status: 200, body: holding(text) };
        const { message } = (await fetched()) as Error;
        expect(message).to.match(
          new RegExp(`^The ${name} /sluice/keys must be a list of id:secret,.*entry 1 is not\\.$`),
        );
        expect(message).not.to.include('s3cret');
      }
    });

    it('are missed with a sentence and its cause', async () => {
      aws.answer = { status: 400, body: { __type: missing, message: 'none' } };
      const { message, cause } = (await fetched()) as Error;
      expect(message).to.equal(`The ${name} /sluice/keys could not be fetched within 5 s.`);
      expect(cause).to.have.property('name', missing);
    });
  });
}
