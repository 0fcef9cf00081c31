import { expect } from 'chai';
import { parseToken } from '../../packages/client/src/token.ts';
import { keepToken } from '../../packages/player/src/tokens.ts';

const NOW = 1_000_000;
const token = (expires: number, id = 'main') => `${id}.${expires}.k.${'x'.repeat(43)}`;

function scene(first: string | null, renewed: () => string = () => token(NOW + 3_600)) {
  const state = { now: NOW, asked: 0 };
  const tokens = keepToken({
    first,
    renew: () => async () => {
      state.asked += 1;
      return renewed();
    },
    onChange: () => {},
    now: () => state.now,
  });
  return { state, tokens };
}

describe('the tokens of <sluice-player>', () => {
  it('are read with the mark and the space around them, and nothing else is one', () => {
    expect(parseToken(` ~${token(NOW)}\n`)).to.equal(token(NOW));
    for (const text of [null, '', '<!doctype html>', 'main.1', `~~${token(NOW)}`, `${token(NOW)}/media`]) {
      expect(parseToken(text), String(text)).to.equal(null);
    }
  });

  it('are renewed half a minute before their end, once for all who wait', async () => {
    const { state, tokens } = scene(token(NOW + 600));
    expect(await tokens.current()).to.equal(token(NOW + 600));
    state.now = NOW + 569;
    expect(await tokens.current()).to.equal(token(NOW + 600));
    state.now = NOW + 570;
    expect(await Promise.all([tokens.current(), tokens.current()])).to.deep.equal(
      Array.from({ length: 2 }, () => token(NOW + 3_600)),
    );
    expect(state.asked).to.equal(1);
  });

  it('are renewed in the last quarter of a short life', async () => {
    const { state, tokens } = scene(token(NOW + 8));
    state.now = NOW + 5;
    expect(await tokens.current()).to.equal(token(NOW + 8));
    state.now = NOW + 6;
    expect(await tokens.current()).to.equal(token(NOW + 3_600));
  });

  it('stay where a renewal brings none, and it is asked for again after a pause', async () => {
    const { state, tokens } = scene(token(NOW + 600), () => '<h1>502</h1>');
    state.now = NOW + 599;
    for (let request = 0; request < 10; request++) expect(await tokens.current()).to.equal(token(NOW + 600));
    expect(state.asked).to.equal(1);
    state.now += 5;
    await tokens.current();
    expect(state.asked).to.equal(2);
  });

  it('are renewed after a refusal, whatever the clock says', async () => {
    const { tokens } = scene(token(NOW + 600));
    tokens.refuse();
    expect(await tokens.current()).to.equal(token(NOW + 3_600));
  });

  it('are not asked for again and again by a clock that is ahead', async () => {
    const { state, tokens } = scene(token(NOW - 600), () => token(NOW - 300));
    for (let request = 0; request < 10; request++) await tokens.current();
    expect(state.asked).to.equal(1);
  });

  it('can be replaced, and are none for a public service', async () => {
    const { tokens } = scene(null);
    expect(await tokens.current()).to.equal(null);
    tokens.replace(`~${token(NOW + 900)}`);
    expect(await tokens.current()).to.equal(token(NOW + 900));
  });
});
