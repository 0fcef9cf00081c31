import { expect } from 'chai';
import { describeError } from '../../functions/stream/base/describe-error.ts';
import { redact, redactFields } from '../../functions/stream/base/redact.ts';
import { sign } from '../../functions/stream/route/sign.ts';

const token = sign({ id: 'main', secret: 's'.repeat(32) }, { kind: 'key', key: 'a' }, 2_000_000_000);

describe('redact', () => {
  const TABLE: [text: string, redacted: string][] = [
    ['Plain words: 4.1.2 of 2018.', 'Plain words: 4.1.2 of 2018.'],
    [
      'GET https://films.s3.eu-west-1.amazonaws.com/a.mp4?X-Amz-Signature=0123&x=1 failed',
      'GET https://… failed',
    ],
    ['[http @ 0x55] http://127.0.0.1:40123/k3J-x_9: Invalid data', '[http @ 0x55] http://… Invalid data'],
    ['getaddrinfo ENOTFOUND minio.internal', 'getaddrinfo ENOTFOUND …'],
    ['getaddrinfo EAI_AGAIN minio', 'getaddrinfo EAI_AGAIN …'],
    ['connect ECONNREFUSED 10.0.3.7:9000', 'connect ECONNREFUSED …'],
    ['connect ECONNREFUSED ::1:9000; caused by x', 'connect ECONNREFUSED …; caused by x'],
    ['read ECONNRESET', 'read ECONNRESET'],
    [
      "altnames: Host: store.internal. is not in the cert's altnames: DNS:*.a.example, DNS:b",
      "altnames: Host: … is not in the cert's altnames: DNS:…, DNS:…",
    ],
    ['socket of 192.168.1.20 closed', 'socket of … closed'],
    ['Credential=AKIAIOSFODNN7EXAMPLE/2026/s3, Signature=abcdef', 'Credential=…, Signature=…'],
    ['x-amz-security-token=FwoG&x-amz-date=1', 'x-amz-security-token=…&x-amz-date=…'],
    ['read ECONNRESET from minio.internal:9000', 'read ECONNRESET from …'],
    ['endpoint: my.s3.eu-central-1.amazonaws.com', 'endpoint: …'],
    ['no answer of my.s3.cn-north-1.amazonaws.com.cn.', 'no answer of ….'],
    ['{"endpoint":"minio","hostname":"minio"}', '{"endpoint":"…","hostname":"…"}'],
    ['x-amz-security-token: FwoG', 'x-amz-security-token: …'],
    ['next=a%3FX-Amz-Signature%3D0123%26x', 'next=a%3FX-Amz-Signature%3D…'],
    ['X-Amz-Signature%253D0123 x', 'X-Amz-Signature%253D… x'],
    ['{"X-Amz-Signature":"0123","x":1}', '{"X-Amz-Signature":"…","x":1}'],
    ['aws_secret_access_key=abc+/=', 'aws_secret_access_key=…'],
    ["AWS_SESSION_TOKEN: 'abc', SecretAccessKey = abc", "AWS_SESSION_TOKEN: '…', SecretAccessKey = …"],
    ['SignatureDoesNotMatch: the film.mp4 at 12:30', 'SignatureDoesNotMatch: the film.mp4 at 12:30'],
    ['the key ASIAIOSFODNN7EXAMPLE does not exist', 'the key … does not exist'],
    [`no object /~${token}/media/a`, 'no object /~…/media/a'],
  ];
  for (const [text, redacted] of TABLE) {
    it(`leaves “${redacted}”`, () => expect(redact(text)).to.equal(redacted));
  }

  it('takes no longer for a text that was crafted to be slow', () => {
    for (const part of ['a', 'a.', 'a-', '%25', 'X-Amz-', 'endpoint ', '1.', '://']) {
      expect(redact(part.repeat(100_000 / part.length))).to.be.a('string');
    }
  });

  it('is done to all causes of an error, and to all texts among fields', () => {
    const cause = new Error('connect ECONNREFUSED 10.0.3.7:9000');
    const error = new Error('The store at http://minio:9000/films does not answer.', { cause });
    const described =
      'Error: The store at http://… does not answer.; caused by Error: connect ECONNREFUSED …';
    expect(describeError(error)).to.equal(described);
    expect(describeError('at http://minio:9000/')).to.equal('at http://…');
    const fields = { ffmpeg: 'http://127.0.0.1:1/x: no', spawns: 2, deep: [{ cause: error, why: null }] };
    expect(redactFields(fields)).to.deep.equal({
      ffmpeg: 'http://… no',
      spawns: 2,
      deep: [{ cause: 'Error: The store at http://… does not answer.', why: null }],
    });
  });
});
