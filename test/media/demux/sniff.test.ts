import { expect } from 'chai';
import { sniff } from '../../../functions/stream/media/demux/sniff.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const transportStream = Buffer.concat(Array.from({ length: 4 }, () => Buffer.alloc(188, 0).fill(0x47, 0, 1)));

describe('sniff', () => {
  const cases: readonly [string, Buffer, string, string][] = [
    ['MP4', latin1('\0\0\0\x18ftypisom\0\0\0\0'), 'a.mp4', 'iso'],
    ['old QuickTime', latin1('\0\0\0\x08wide\0\0\x10\0mdat'), 'a.mov', 'iso'],
    ['MP4 by any other name', latin1('\0\0\0\x18ftypisom\0\0\0\0'), 'a.txt', 'iso'],
    ['HEIC', latin1('\0\0\0\x18ftypheic\0\0\0\0'), 'a.heic', 'an image'],
    ['Matroska', latin1('\x1a\x45\xdf\xa3\xa3B\x86'), 'a.mkv', 'container'],
    ['MPEG-TS', transportStream, 'a.ts', 'container'],
    ['Ogg', latin1('OggS\0\x02'), 'a.ogg', 'container'],
    ['WAV', latin1('RIFF\0\0\0\0WAVEfmt '), 'a.wav', 'container'],
    ['AVI', latin1('RIFF\0\0\0\0AVI LIST'), 'a.avi', 'foreign'],
    ['WebP', latin1('RIFF\0\0\0\0WEBPVP8 '), 'a.webp', 'an image'],
    ['FLV', latin1('FLV\x01\x05\0\0\0\x09'), 'a.flv', 'foreign'],
    ['an ID3 tag', latin1('ID3\x04\0\0\0\0\0\0'), 'a.mp3', 'container'],
    ['an MP3 frame', latin1('\xff\xfb\x90\x64\0\0'), 'noname', 'container'],
    ['an ADTS frame', latin1('\xff\xf1\x50\x80\0\0'), 'noname', 'container'],
    ['noise', latin1('\x01\x02\x03\x04\x05\x06'), 'noname', 'unknown'],
    ['noise called MP3', latin1('\x01\x02\x03\x04\x05\x06'), 'a.MP3', 'container'],
    ['JPEG', latin1('\xff\xd8\xff\xe0\0\x10JFIF'), 'a.mp3', 'an image'],
    ['PNG called MP4', latin1('\x89PNG\r\n\x1a\n'), 'a.mp4', 'an image'],
    ['ZIP', latin1('PK\x03\x04\x14\0'), 'a.zip', 'an archive'],
    [
      'an HLS playlist called MP4',
      latin1('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'),
      'a.mp4',
      'a playlist',
    ],
    ['a playlist with a byte order mark', latin1('\xef\xbb\xbf#EXTM3U\n'), 'a.mp4', 'a playlist'],
    ['ffconcat', latin1('ffconcat version 1.0\nfile x\n'), 'a.mp4', 'a playlist'],
    ['DASH', latin1('<?xml version="1.0"?><MPD/>'), 'a.mp4', 'text'],
    ['JSON', latin1('{"a": [1, 2, 3]}'), 'a.json', 'text'],
    ['letters of other alphabets', Buffer.from('Привет, мир'), 'a.ts', 'text'],
  ];
  for (const [name, head, key, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      const sniffed = sniff(head, key);
      expect(sniffed.kind === 'refused' ? sniffed.what : sniffed.kind).to.equal(expected);
    });
  }

  it('sees text although its first 4 KB end within a letter', () => {
    const head = Buffer.from('я'.repeat(3000)).subarray(1, 4097).fill('x', 0, 1);
    expect(sniff(head, 'a.mp4')).to.deep.equal({ kind: 'refused', what: 'text' });
  });
});
