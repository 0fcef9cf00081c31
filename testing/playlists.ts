import { parse, setOptions, type types } from 'hls-parser';

// Throws for every deviation that the parser knows.
setOptions({ strictMode: true });

export function readMaster(text: string): types.MasterPlaylist {
  const playlist = parse(text);
  if (playlist.isMasterPlaylist) return playlist;
  throw new Error('This is a media playlist.');
}

export function readMedia(text: string): types.MediaPlaylist {
  const playlist = parse(text);
  if (!playlist.isMasterPlaylist) return playlist;
  throw new Error('This is a multivariant playlist.');
}
