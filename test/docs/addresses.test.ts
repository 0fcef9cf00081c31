import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { allForms, parametersOf } from '../../functions/stream/description/described.ts';
import { FOUND_BY_PLAYERS } from '../../functions/stream/route/player-addresses.ts';

const PAGE = new URL('../../docs/addresses.md', import.meta.url);

describe('docs/addresses.md', () => {
  it('names every address that people write, and every parameter', async () => {
    const text = await readFile(PAGE, 'utf8');
    const byPlayers = new Set<string>(
      Object.values(FOUND_BY_PLAYERS).flatMap((forms) => forms.map(({ name }) => name)),
    );
    const missing = allForms().flatMap(({ name, path, takes }) => [
      ...(byPlayers.has(name) || text.includes(path.replace('{id}.{extension}', '{id}.')) ? [] : [path]),
      ...parametersOf(takes)
        .map((parameter) => parameter.name)
        .filter((parameter) => !new RegExp(`[\`?&]${parameter}[\`=]`).test(text)),
    ]);
    expect(missing).to.deep.equal([]);
  });
});
