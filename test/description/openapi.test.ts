import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import * as v from 'valibot';
import {
  allForms,
  parametersOf,
  placeholdersOf,
  type Subject,
} from '../../functions/stream/description/described.ts';
import { llmsText } from '../../functions/stream/description/llms-text.ts';
import { openApi } from '../../functions/stream/description/openapi.ts';
import { ADDRESSES } from '../../functions/stream/route/addresses.ts';
import { authorise, splitToken } from '../../functions/stream/route/authorise.ts';
import { type ParameterRoute, SCHEMAS } from '../../functions/stream/route/parameters.ts';
import { PLACEHOLDERS } from '../../functions/stream/route/placeholders.ts';
import { parseRoute, ROUTES } from '../../functions/stream/route/routes.ts';
import { type Scope, sign } from '../../functions/stream/route/sign.ts';
import { thrownBy } from '../../testing/problem.ts';

const ALL: Subject = { version: '1.2.3', isSigned: false, off: [] };
const LEAST: Subject = { version: '1.2.3', isSigned: true, off: ['', 'assets', 'embed', 'export', 'made'] };
const KINDS = Object.keys(SCHEMAS) as ParameterRoute[];

/** A text for each placeholder that a path can have. */
const SAMPLES: Readonly<Record<keyof typeof PLACEHOLDERS, string>> = {
  ...{ key: 'films%2Fa%20b.mp4', name: 'hls-AB12.js', rendition: '720p', track: 'track-2', number: '3' },
  ...{ from: '10', to: '20', id: 'x'.repeat(22), extension: 'mp4' },
};
type Servers = readonly { readonly url: string }[];
type Description = {
  readonly servers: Servers;
  readonly paths: Readonly<
    Record<string, { readonly servers?: Servers; readonly get: { readonly responses: object } }>
  >;
};

const fill = (path: string) =>
  path.replace(/\{(\w+)\}/g, (_, name: keyof typeof PLACEHOLDERS) => SAMPLES[name]);
const parse = (path: string) => parseRoute(new URL(path, 'https://sluice.example'));

describe('the description of the service', () => {
  for (const [what, subject] of Object.entries({ 'an open service': ALL, 'a closed one': LEAST })) {
    it(`of ${what} is valid OpenAPI 3.1`, async () => {
      const validator = new Validator();
      const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(openApi(subject))));
      expect(errors ?? []).to.deep.equal([]);
      expect([valid, validator.version]).to.deep.equal([true, '3.1']);
    });
  }

  it('names each address once, and none that is switched off', () => {
    const forms = allForms();
    for (const part of ['name', 'path'] as const) {
      expect(new Set(forms.map((form) => form[part]))).to.have.property('size', forms.length);
    }
    const paths = (subject: Subject) => Object.keys((openApi(subject) as { paths: object }).paths);
    expect(paths(ALL)).to.deep.equal(forms.map(({ path }) => path));
    const off = ['/', '/embed/{key}', '/assets/{name}', '/export/{key}', '/made/{key}/{id}.{extension}'];
    expect(paths(ALL).filter((path) => !paths(LEAST).includes(path))).to.have.members(off);
  });

  it('leads where a token is taken, and past it where none is', async () => {
    const { servers, paths } = openApi({ ...ALL, isSigned: true }) as Description;
    const key = { id: 'main', secret: 's'.repeat(32) };
    const access = { kind: 'signed' as const, keys: async () => [key] };
    for (const [path, { servers: own = servers, get }] of Object.entries(paths)) {
      // A token of a key opens no list and adds nothing, but one of the address does.
      const scope: Scope = ['/', '/upload/{key}'].includes(path)
        ? { kind: 'address', address: fill(path) }
        : { kind: 'key', key: 'films/a b.mp4' };
      const token = sign(key, scope, 9_999_999_999);
      const [server = ''] = own.map(({ url }) => url.replace('{token}', token).replace(/\/$/, ''));
      const address = splitToken(new URL(`${server}${fill(path)}`, 'https://sluice.example'));
      await authorise(parseRoute(address.url), address, access);
      expect(Object.keys(get.responses)).to.have.members(['200', '4XX', '5XX']);
    }
    const open = openApi(ALL) as Description;
    expect(Object.values(open.paths).filter((each) => each.servers !== undefined)).to.deep.equal([]);
  });

  it('leads from each route to its entry', () => {
    for (const [word, { entry }] of Object.entries(ROUTES)) {
      const [first] = ADDRESSES[word as keyof typeof ROUTES];
      if (entry !== null) expect(first.path).to.equal(`/${word}/{key}${entry}`);
      expect(first.path.split('/')[1]).to.equal(word);
    }
  });

  it('says what every parameter and placeholder means', () => {
    for (const kind of KINDS) {
      for (const { name, means } of parametersOf(kind)) expect(means, `${kind}: ${name}`).to.match(/\w{2}/);
    }
    const placeholders = new Set(allForms().flatMap(({ path }) => placeholdersOf(path)));
    expect([...placeholders]).to.have.members(Object.keys(PLACEHOLDERS));
  });

  for (const form of allForms()) {
    it(`${form.path} is an address that takes what is said`, () => {
      const path = fill(form.path);
      expect(() => parse(path)).not.to.throw();
      const own = parametersOf(form.takes);
      for (const { name, example } of own) {
        expect(() => parse(`${path}?${name}=${encodeURIComponent(example ?? 'x')}`), name).not.to.throw();
      }
      const stranger = own.some(({ name }) => name === 'interval') ? 'metadata=keep' : 'interval=3';
      expect(thrownBy(() => parse(`${path}?${stranger}`)).message).to.match(/Unknown parameter/);
    });
  }

  it('has the bounds and names that are checked', () => {
    let bounds = 0;
    for (const kind of KINDS) {
      for (const { name, schema } of parametersOf(kind)) {
        const entry = (SCHEMAS[kind].entries as Record<string, v.GenericSchema>)[name];
        if (entry === undefined) throw new Error(`${kind} has no ${name}.`);
        const takes = (text: string) => v.is(entry, text);
        const { minimum, maximum, enum: names, maxLength } = schema;
        for (const [bound, beyond] of [
          [minimum, (minimum ?? 0) - 1],
          [maximum, (maximum ?? 0) + 1],
        ]) {
          if (bound === undefined) continue;
          bounds += 1;
          expect([takes(String(bound)), takes(String(beyond))], `${kind}: ${name}`).to.deep.equal([
            true,
            false,
          ]);
        }
        for (const each of names ?? []) expect(takes(String(each)), `${name}=${each}`).to.equal(true);
        if (names !== undefined) expect(takes('other')).to.equal(false);
        if (maxLength !== undefined) expect(takes('a'.repeat(maxLength + 1))).to.equal(false);
        if (schema.type === 'boolean') expect([takes('true'), takes('false')]).to.deep.equal([true, true]);
        if (schema.type === 'integer') expect(takes('1.5'), `${kind}: ${name}`).to.equal(false);
      }
    }
    expect(bounds).to.be.above(50);
  });

  it('is a short text for language models', () => {
    const text = llmsText(LEAST);
    const [title, blank, summary] = text.split('\n');
    expect([title, blank]).to.deep.equal(['# Sluice', '']);
    expect(summary).to.match(/^> \w/);
    expect(text).to.match(/^## [A-Z]\w+\n\n- \[OpenAPI\]\(\/openapi\.json\): /m);
    expect(text).to.contain('`/stream/{key}`').and.to.contain('~{token}').and.not.to.contain('/export/');
    expect(Buffer.byteLength(llmsText(ALL))).to.be.below(4_096);
  });
});
