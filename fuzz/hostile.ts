/** What an attacker puts where something harmless is expected. All of it goes to the socket as it stands here. */

/**
 * An answer that contains it has read a file that it must not, or has taken a client's text for a header of
 * its own.
 */
export const CANARY = 'canary-7f3b9d51';

const long = (part: string, bytes: number) => part.repeat(Math.ceil(bytes / part.length));
/** Splits a text into words, so that these tables stay tables. */
const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

/** Used between slashes, or as a whole key. */
export const KEY_PARTS: readonly string[] = [
  ...words(String.raw`
    .. . ... %2e%2e %2E. %252e%252e ..%2f ..%2F.. ..%5c %5c.. ..\ ..; .... .../...
    %c0%ae%c0%ae %e0%80%ae%e0%80%ae %c0%af %ef%bc%8e%ef%bc%8e %u002e%u002e
    %00 film.mp4%00.txt %00film.mp4 %0d%0aX-Injected:%20 %0a %0d %09 %7f %1b[2J
    %ff %fe%ff %ed%a0%80 %f4%90%80%80 %80 %c3%28 % %f %zz %% %25 %2
    .secret %2esecret .git/config outside outside/secret.mp4 link.mp4 secret.mp4 %2e%2e%2fsecret.mp4 ../secret.mp4
    etc/passwd proc/self/environ proc/self/mem dev/zero C:%5cboot.ini CON NUL
    http://127.0.0.1:1/x.mp4 https:%2f%2f169.254.169.254/ file:///etc/passwd s3://bucket/key
    concat:a.mp4|b.mp4 subfile,,start,0,end,9,,:film.mp4 pipe:0 data:video/mp4;base64,AAAA crypto:x
    -i --help -y %22;id;%22 $(id) |id &&id %24{jndi:ldap://x} %n%s%p {{7*7}}
    <script>alert(1)</script> "><img%20src=x> '-- %27%20OR%201=1 * ? # %23 %3f ; : @
    constructor __proto__ toString undefined null ~ ~a.1.k.x %7e ~film.mp4 + %20
    master.m3u8 manifest.mpd init.mp4 index.m3u8 0.m4s / // ///film.mp4 film.mp4/`),
  ...['', ' ', '`id`', '\xff\xfe', '\xe2\x80\xae4pm', '\x80', '\xc3\xa9', '\xf0\x9f\x8e\xac', 'e\xcc\x81'],
  ...[long('a', 1025), long('a/', 1030), long('%41', 3100), long('\xc3\xa9', 1100)],
  ...[long('../', 300), long('%2f', 3000)],
];

export const NAMES: readonly string[] = [
  ...words(`format height width bitrate start duration audio accept faststart download v
    FORMAT format[] format%00 %66ormat %20format format+ __proto__ constructor toString hasOwnProperty
    nearest fit quality interval X-Amz-Signature t % & ;format`),
  ...['', 'f\xc3\xb6rmat', long('n', 2000)],
];

/** Valid values of a parameter, small, so that the output stays small. */
export const GOOD_VALUES: Readonly<Record<string, readonly string[]>> = {
  format: words('mp4 webm mp3 aac opus flac wav jpeg png auto'),
  height: words('16 48 64 4320'),
  width: words('16 64 7680'),
  bitrate: words('8k 64k 1.5M 50M'),
  start: words('0 0.5 0.999999 86400'),
  duration: words('0.1 0.5 86400'),
  audio: words('0 1 63'),
  accept: words('mp4,h264,aac mkv video/webm hevc,av1'),
  faststart: ['1', '0', '', 'true'],
  download: ['1', '0', 'false'],
  v: ['AAAAAAAAAAAA', ''],
  t: words('0 0.5 50% auto 86400'),
  nearest: words('frame keyframe'),
  fit: words('contain cover pad'),
  quality: words('1 85 100'),
  interval: words('1 10 3600'),
};

export const VALUES: readonly string[] = [
  ...words(`
    %20 + 0 -1 -0 +1 1e9 1e-7 NaN Infinity -Infinity 0x10 0b1 010 1_0 .5 5. 1,5 1.1.1 0.1000000000001
    99999999999999999999 2147483648 4294967297 9007199254740993 %EF%BC%91%EF%BC%96 %D9%A1%D9%A6
    16%00 16%0a 16%0d%0aX-Injected:%20canary-7f3b9d51 %00 %ff %
    null undefined true false %5Bobject%20Object%5D [] {} {"$gt":0} __proto__ constructor
    mp4,mp4 mp4; MP4 %20mp4 mp4%20-y%20/tmp/x -f%20null copy mov rawvideo concat hls exe
    ../../etc/passwd http://127.0.0.1:1/ file:///etc/passwd /dev/null $(id) %22;id |id */* video/* a,b,c ,,,, <b> '`),
  ...['', long('a,', 900), long('9', 400), long('x', 6000), long('%00', 900)],
];

export const RANGES: readonly string[] = [
  ...words(`bytes=0-0 bytes=0- bytes=-1 bytes=-0 bytes=1-0 bytes=- bytes= bytes =0-1 bytes=a-b items=0-1 BYTES=0-1
    bytes=0-99999999999999999999 bytes=99999999999999999999- bytes=-99999999999999999999 bytes=0x0-0x9
    bytes=18446744073709551616-18446744073709551617 bytes=0-0,2-2 bytes=0-,0-,0-,0- bytes=0-1; bytes=0-1, bytes=,,,
    bytes=+0-1 bytes=0.5-1`),
  ...[
    'bytes = 0-1',
    'bytes=0 - 1',
    'bytes=\xb2-3',
    `bytes=${long('0-0,', 4000)}0-0`,
    `bytes=0-${long('9', 3000)}`,
  ],
  `bytes=${Array.from({ length: 30 }, (_, i) => `${i * 7}-${i * 7 + 2}`).join(',')}`,
  `bytes=${Array.from({ length: 1_000 }, () => '0-').join(',')}`,
];

/** For conditions, whose values are entity tags or dates. */
export const VALIDATORS: readonly string[] = [
  ...words('* "" "x" W/"x" x " "," "a","b" W/ "\xff" *,"x" 0 -1 now'),
  ...[
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Thu, 31 Feb 2099 99:99:99 GMT',
    `"${long('e', 4000)}"`,
    long('"a",', 6000),
  ],
];

export const TEXTS: readonly string[] = [
  ...words(`* */* video/mp4 application/json text/html a/b;q=9 ;;; ,,,, null \xff\xfe identity;q=0 100-continue %00
    https://evil.example http://127.0.0.1 127.0.0.1:99999 [::1 ../.. <script> canary-7f3b9d51
    %0d%0aX-Injected:%20canary-7f3b9d51`),
  ...['', ' ', '\t', 'a b', 'gzip, br', long('h', 3000), long('video/mp4,', 5000)],
];

export const HEADERS: readonly string[] = words(`
  Accept Accept-Encoding Accept-Language Origin Referer User-Agent Cookie Authorization X-Forwarded-For
  X-Forwarded-Host X-Forwarded-Proto X-HTTP-Method-Override X-Original-URL X-Amzn-Trace-Id Content-Type TE Via
  Forwarded Sec-Fetch-Mode Access-Control-Request-Method Priority __proto__ X-Amz-Date constructor If-Range
  Lambda-Runtime-Aws-Request-Id Cache-Control Proxy-Connection`);

export const METHODS: readonly string[] = words(
  'POST PUT DELETE PATCH TRACE PROPFIND LOCK M-SEARCH PURGE SEARCH LINK QUERY',
);
