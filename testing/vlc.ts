// It refuses to run as root.
const NOBODY = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const PROGRAM = [
  '/usr/bin/vlc',
  '-I',
  'dummy',
  '--no-color',
  '-vv',
  '--vout=dummy',
  '--aout=dummy',
  '--no-dbus',
];

/** The command that has VLC play an address with neither a window nor a loudspeaker, four times as fast, and end. */
export function vlcCommand(address: string, options: readonly string[]): [program: string, args: string[]] {
  const asNobody = process.getuid?.() === 0 ? NOBODY : [];
  const [program = '', ...args] = [...asNobody, ...PROGRAM, '--rate=4', ...options, address, 'vlc://quit'];
  return [program, args];
}
