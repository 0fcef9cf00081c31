import { expect } from 'chai';
import { folderOf, kindOf, naturally, shelfOf, trailOf } from '../../web/library-tree.ts';

const keys = (list: readonly { readonly key: string }[]) => list.map(({ key }) => key);
const library = naturally(
  ['film 10.mp4', 'film 2.mp4', 'music/Motörhead/a.flac', 'music/b.mp3', 'shows/1/e1.mkv', '/odd.mp4'].map(
    (key) => ({
      key,
      sizeBytes: 1,
    }),
  ),
);
const all = { folder: '', typed: '', kind: null } as const;

describe('shelfOf', () => {
  it('has the folders and the files of a folder, as people count', () => {
    const { folders, files } = shelfOf(library, all);
    expect(folders).to.deep.equal([
      { path: 'music/', name: 'music', files: 2 },
      { path: 'shows/', name: 'shows', files: 1 },
    ]);
    expect(keys(files)).to.deep.equal(['/odd.mp4', 'film 2.mp4', 'film 10.mp4']);
    const music = shelfOf(library, { ...all, folder: 'music/' });
    expect(music.folders).to.deep.equal([{ path: 'music/Motörhead/', name: 'Motörhead', files: 1 }]);
    expect(keys(music.files)).to.deep.equal(['music/b.mp3']);
  });

  it('finds in all folders, whichever is open', () => {
    const { folders, files } = shelfOf(library, { folder: 'shows/', typed: 'motor', kind: null });
    expect([folders, keys(files)]).to.deep.equal([[], ['music/Motörhead/a.flac']]);
  });

  it('has one kind, and the folders that hold it', () => {
    const { folders, files } = shelfOf(library, { ...all, kind: 'audio' });
    expect([folders.map(({ path }) => path), keys(files)]).to.deep.equal([['music/'], []]);
  });
});

describe('kindOf', () => {
  for (const [key, kind] of [
    ['a.MP3', 'audio'],
    ['a.opus', 'audio'],
    ['a.mkv', 'video'],
    ['a.mp4', 'video'],
  ] as const) {
    it(`takes ${key} for ${kind}`, () => expect(kindOf(key)).to.equal(kind));
  }
});

it('folders are named from the top', () => {
  expect([folderOf('a/b/c.mp4'), folderOf('c.mp4')]).to.deep.equal(['a/b/', '']);
  expect(trailOf('a/b/')).to.deep.equal([
    { path: 'a/', name: 'a' },
    { path: 'a/b/', name: 'b' },
  ]);
  expect(trailOf('/a//b/')).to.deep.equal([
    { path: '/a/', name: 'a' },
    { path: '/a//b/', name: 'b' },
  ]);
});
