import { type Scope, sign } from '../functions/stream/route/sign.ts';

// Paths that tokens open and do not open: for the function and for the edge alike.

/** The time of these vectors, in seconds since 1970. */
export const NOW = 1_767_225_600;
export const OLD = { id: 'old', secret: 'o'.repeat(32) };
export const NEW = { id: 'new', secret: 'n'.repeat(32) };
const STRANGER = { id: 'new', secret: 's'.repeat(32) };

export const forKey = (key: string): Scope => ({ kind: 'key', key });
export const forAddress = (address: string): Scope => ({ kind: 'address', address });
export const token = (scope: Scope, expires = NOW + 60, key = NEW) => sign(key, scope, expires);

/** Outputs of an export. */
export const RESULT = `${'m4de'.repeat(5)}-_.mp4`;

/** Opens one key. */
export const film = token(forKey('films/a b.mp4'));

export const OPEN: [path: string, why: string][] = [
  [`/~${film}/media/films/a%20b.mp4`, 'its key'],
  [`/~${film}/media/films/a%20b.mp4?download=1`, 'its key, whatever the parameters'],
  [`/~${film}/media/films%2Fa%20b.mp4`, 'its key, however it is encoded'],
  [`/~${film}/stream/films/a%20b.mp4?height=360`, 'its key in another route'],
  [`/~${film}/info/films/a%20b.mp4`, 'its key in a third'],
  [`/~${film}/embed/films/a%20b.mp4?start=1`, 'a page that plays its key'],
  [`/~${film}/console/films/a%20b.mp4`, 'a page that shows its key'],
  [`/~${film}/image/films/a%20b.mp4?t=1`, 'an image of its key'],
  [`/~${film}/storyboard/films/a%20b.mp4/0.jpg?v=abc`, 'its thumbnails'],
  [`/~${film}/hls/films/a%20b.mp4/chapters.json`, 'its chapters'],
  [`/~${film}/waveform/films/a%20b.mp4?format=dat`, 'its waveform'],
  [`/~${film}/subtitles/films/a%20b.mp4/track-2.vtt`, 'its subtitles'],
  [`/~${film}/key/films/a%20b.mp4/content.key?v=abc`, 'the key of its segments'],
  [`/~${film}/key/films/a%20b.mp4/license.json`, 'the same as a license'],
  [`/~${film}/export/films/a%20b.mp4?format=mp3`, 'an export of its key'],
  [`/~${film}/made/films/a%20b.mp4/${RESULT}`, 'the result of its key'],
  [`/~${token(forAddress('/export/a'))}/export/a`, 'an export, by its address'],
  [`/~${token(forKey('film.mp4'), NOW + 60, OLD)}/media/film.mp4`, 'the key that is about to go'],
  [`/~${token(forAddress('/media/a%20b?download=1'))}/media/a%20b?download=1`, 'its address'],
  [`/~${token(forAddress('/stream/a?height=99&width=99'))}/stream/a?height=99&width=99`, 'its query'],
  [
    `/~${token(forAddress('/media/a.mp4'))}/media/a.mp4?CMCD=bl%3D2100,su`,
    'what a player adds to its address',
  ],
  [`/~${token(forAddress('/media/a'))}/media/a?utm_source=x&t=3&`, 'what others add, with an empty end'],
  [
    `/~${token(forAddress('/media/a?download=1'))}/media/a?v=2&download=1&_HLS_primary_id=5`,
    'foreign ones around its query',
  ],
  [`/~${token(forAddress('/media/a?download=%31'))}/media/a?CMCD=x&download=%31`, 'the spelling of its own'],
  [
    `/~${token(forAddress('/hls/a/720p/0.m4s?v=abc'))}/hls/a/720p/0.m4s?v=abc&CMCD=sid%3D%22x%22`,
    'a segment with its version',
  ],
  [`/~${token(forAddress('/'))}/`, 'the page, by its address'],
  [`/~${token(forAddress('/health'))}/health`, 'an open address, by its address'],
];

const exact = token(forAddress('/stream/a?height=99&width=88'));

/** All of them `bad-signature`. */
export const WRONG: [path: string, why: string][] = [
  [`/~${film}/media/films/b.mp4`, 'another key'],
  [`/~${film}/media/films/a%20b.mp4/x`, 'a key below it'],
  [`/~${film}/media/films/`, 'the folder above it'],
  [`/~${film}/export/films/b.mp4`, 'an export of another key'],
  [`/~${film}/key/films/b.mp4/content.key`, 'the content key of another key'],
  [`/~${film}/key/films/a%20b.mp4/x/content.key`, 'the content key of a key below it'],
  [`/~${film}/made/films/b.mp4/${RESULT}`, 'the result of another key'],
  [`/~${film}/made/films/a%20b.mp4/x/${RESULT}`, 'the result of a key below it'],
  [`/~${token(forAddress('/media/a'))}/export/a`, 'an export of what may be seen'],
  [`/~${token(forAddress('/export/a'))}/media/a`, 'what may be exported'],
  [`/~${token(forAddress('/export/a'))}/made/a/${RESULT}`, 'the result of its export'],
  [`/~${film}/media/films/A%20B.MP4`, 'a key in other letters'],
  [`/~${film}/media/films/a%2520b.mp4`, 'a key that is encoded twice'],
  [`/~${film}/media/films%252Fa%20b.mp4`, 'a slash that is encoded twice'],
  [`/~${film}/media//films/a%20b.mp4`, 'a key with another slash'],
  [`/~${film}/media/films/a+b.mp4`, 'a plus for a space'],
  [`/~${token(forKey('e\u0301'))}/media/%C3%A9`, 'other bytes of the same letter'],
  [`/~${film}/`, 'the page'],
  [`/~${film}/health`, 'an open address, with a token that is not for it'],
  [`/~${token(forKey(''))}/`, 'the page, as a key that does not exist'],
  [`/~${token(forKey('/media/a'))}/media/a`, 'an address that was signed as a key'],
  [`/~${token(forAddress('a'))}/media/a`, 'a key that was signed as an address'],
  [`/~${token(forAddress('/media/a')).replace('.a.', '.k.')}/media/a`, 'the other scope'],
  [`/~${token(forKey('a')).replace('.k.', '.a.')}/media/a`, 'the other scope, the other way round'],
  [`/~${exact}/stream/a?width=88&height=99`, 'a query in another order'],
  [`/~${exact}/stream/a?height=99`, 'a query that lacks something'],
  [`/~${exact}/stream/a?height=99&width=88&audio=0`, 'a query with more'],
  [`/~${exact}/stream/a?height=99&width=88&`, 'a query with another end'],
  [`/~${exact}/stream/a?height=9%39&width=88`, 'a query in another spelling'],
  [`/~${exact}/stream/%61?height=99&width=88`, 'a path in another spelling'],
  [`/~${exact}/stream/a`, 'no query'],
  [`/~${exact}/stream/a?CMCD=x`, 'nothing but what others add'],
  [
    `/~${token(forAddress('/media/a?CMCD=x'))}/media/a?CMCD=x`,
    'an address that was signed with what others add',
  ],
  [`/~${token(forAddress('/hls/a/720p/0.m4s'))}/hls/a/720p/0.m4s?v=abc`, 'a version that was not signed'],
  [`/~${token(forAddress('/media/a'))}/info/a`, 'another route'],
  [`/~${token(forAddress('/media/a'))}/media/a?download=1`, 'a query that was not signed'],
  [`/~${token(forAddress('/~x/media/a'))}/media/a`, 'an address that was signed with a token in it'],
  [`/~${token(forKey('a'), NOW + 60, STRANGER)}/media/a`, 'another secret under the same id'],
  [`/~${token(forKey('a')).replace('new.', 'old.')}/media/a`, 'the id of another key'],
  [`/~${token(forKey('a')).replace('new.', 'gone.')}/media/a`, 'an id that no key has'],
  [`/~${token(forKey('a')).replace(String(NOW + 60), String(NOW + 61))}/media/a`, 'a later end'],
  [`/~${token(forKey('a'), NOW - 60, STRANGER)}/media/a`, 'another secret, and late'],
  ['/~/media/a', 'an empty token'],
  [`/~~${token(forKey('a'))}/media/a`, 'a second tilde'],
  [`/~${token(forKey('a'))}%20/media/a`, 'something after it'],
  [`/~${'x'.repeat(8_000)}/media/a`, 'an overlong token'],
  ['/~%ff%00%E2%82%AC/media/a', 'bytes that are no text'],
];
