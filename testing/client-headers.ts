/** What clients send with their first request for a video. */
export type ClientHeaders = {
  readonly name: string;
  readonly isApple: boolean;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * Recorded: those of Linux from the programs that Debian has, those of iOS and of an app from what others wrote down. Safari
 * for the Mac and browsers of iOS are put together of their published names.
 */
export const CLIENT_HEADERS: readonly ClientHeaders[] = [
  {
    name: 'iOS',
    isApple: true,
    headers: {
      'user-agent': 'AppleCoreMedia/1.0.0.9B206 (iPhone; U; CPU OS 5_1_1 like Mac OS X; en_us)',
      accept: '*/*',
      range: 'bytes=0-1',
      'accept-encoding': 'identity',
      'x-playback-session-id': 'E75B70F5-1EC5-4BE9-84F8-D9D2B44A77DF',
    },
  },
  {
    name: 'AVPlayer in an app with a name of its own',
    isApple: true,
    headers: {
      'user-agent': 'MyPodcastApp/1.5 iOS https://mypodcastapp.example.com/',
      accept: '*/*',
      'accept-language': 'en-us',
      'accept-encoding': 'gzip',
      range: 'bytes=0-1',
      'x-playback-session-id': 'C383BAE7-086D-40C2-8439-3F687785CB58',
    },
  },
  {
    name: 'Apple TV',
    isApple: true,
    headers: { 'user-agent': 'AppleCoreMedia/1.0.0.21K365 (Apple TV; U; CPU OS 17_4 like Mac OS X; en_us)' },
  },
  {
    name: 'Safari for the Mac',
    isApple: true,
    headers: {
      'user-agent':
        'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
      accept: '*/*',
      range: 'bytes=0-1',
      'accept-encoding': 'identity',
    },
  },
  {
    name: 'Chrome for iOS',
    isApple: true,
    headers: {
      'user-agent':
        'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/123.0.6312.52 Mobile/15E148 Safari/604.1',
    },
  },
  {
    name: 'Chrome for the Mac',
    isApple: false,
    headers: {
      'user-agent':
        'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
      accept: '*/*',
      range: 'bytes=0-',
    },
  },
  {
    name: 'Firefox for the Mac',
    isApple: false,
    headers: {
      'user-agent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:125.0) Gecko/20100101 Firefox/125.0',
      range: 'bytes=0-',
    },
  },
  {
    name: 'Chromium',
    isApple: false,
    headers: {
      'sec-ch-ua-platform': '"Linux"',
      'user-agent':
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
      'sec-ch-ua': '"Not:A-Brand";v="8", "Chromium";v="156"',
      'sec-ch-ua-mobile': '?0',
      accept: '*/*',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'video',
      'accept-encoding': 'identity',
      'accept-language': 'en-US,en;q=0.9',
      range: 'bytes=0-',
    },
  },
  {
    name: 'Firefox',
    isApple: false,
    headers: {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
      accept: 'video/webm,video/ogg,video/*;q=0.9,application/ogg;q=0.7,audio/*;q=0.6,*/*;q=0.5',
      'accept-language': 'en-US,en;q=0.9',
      range: 'bytes=0-',
      'sec-fetch-dest': 'video',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-site': 'same-origin',
      'accept-encoding': 'identity',
      priority: 'u=4',
    },
  },
  {
    name: 'mpv',
    isApple: false,
    headers: { 'user-agent': 'libmpv', accept: '*/*', range: 'bytes=0-', 'icy-metadata': '1' },
  },
  {
    name: 'VLC',
    isApple: false,
    headers: {
      accept: '*/*',
      'accept-language': 'en_US',
      'user-agent': 'VLC/3.0.24 LibVLC/3.0.24',
      range: 'bytes=0-',
    },
  },
  {
    name: 'GStreamer',
    isApple: false,
    headers: {
      'user-agent': 'GStreamer souphttpsrc 1.22.0 libsoup/3.2.3',
      'accept-encoding': 'identity',
      'icy-metadata': '1',
    },
  },
  {
    name: 'ffmpeg',
    isApple: false,
    headers: { 'user-agent': 'Lavf/59.27.100', accept: '*/*', range: 'bytes=0-', 'icy-metadata': '1' },
  },
  { name: 'curl', isApple: false, headers: { 'user-agent': 'curl/7.88.1', accept: '*/*' } },
];
