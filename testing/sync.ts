import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** White video and loud audio from second 1 to 1.2: inputs for Debian's ffmpeg. */
export const syncVideo = (size: string, rate: number | string, seconds: number): string[] => {
  const flash = `drawbox=t=fill:c=white:enable='between(t,0.999,1.2)'`;
  return ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds},format=yuv420p,${flash}`];
};
export const syncAudio = (rate: number, seconds: number, layout = 'stereo'): string[] => {
  const volume = `volume='if(between(t,0.9999,1.2),1,0.06)':eval=frame,volume=4`;
  const tone = `sine=f=440:r=${rate}:d=${seconds}:samples_per_frame=240`;
  return ['-f', 'lavfi', '-i', `${tone},${volume},aformat=channel_layouts=${layout}`];
};

export type Sync = {
  readonly frames: number;
  /** Times at which the video turns white and the audio loud; null if never. */
  readonly flashSeconds: number | null;
  readonly beepSeconds: number | null;
};

/** Measures the two signs in a file as a viewer perceives them, by Debian's ffmpeg. */
export async function measureSync(path: string, hasVideo: boolean, hasAudio: boolean): Promise<Sync> {
  const [video, audios] = [`${path}.video`, `${path}.audio`];
  const luma = `scale=32:32,format=yuv420p,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=${video}`;
  const loudness =
    'aresample=48000,aformat=sample_fmts=fltp:channel_layouts=mono,asetnsamples=n=480:p=0,' +
    `astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.Overall.RMS_level:file=${audios}`;
  const output = (map: string, filter: string, chain: string) => [
    ...['-map', map, '-vsync', 'passthrough', '-enc_time_base', '1/90000', filter, chain, '-f', 'null', '-'],
  ];
  await run('/usr/bin/ffmpeg', [
    ...['-v', 'error', '-nostdin', '-i', path],
    ...(hasVideo ? output('0:V:0', '-vf', luma) : []),
    ...(hasAudio ? output('0:a:0', '-af', loudness) : []),
  ]).catch(() => {});
  const [lumas, levels] = [await readings(video), await readings(audios)];
  // This ffmpeg ignores a fragmented file's edit list that hides the start: times count from the hidden
  // samples.
  const shift = await startBefore(path);
  const loudest = Math.max(...levels.map(([, level]) => level));
  const beep = levels.find(([, level]) => level > loudest - 9);
  const flash = lumas.find(([, level]) => level > 200);
  return {
    frames: lumas.length,
    flashSeconds: flash ? flash[0] + shift : null,
    beepSeconds: beep ? beep[0] + shift : null,
  };
}

async function startBefore(path: string): Promise<number> {
  const args = ['-v', 'quiet', '-show_entries', 'format=start_time', '-of', 'csv=p=0', path];
  const { stdout } = await run('/usr/bin/ffprobe', args).catch(() => ({ stdout: '0' }));
  return Math.min(0, Number.parseFloat(stdout) || 0);
}

async function readings(path: string): Promise<[seconds: number, value: number][]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  await rm(path, { force: true });
  return [...text.matchAll(/pts_time:(\S+)\n[^=\n]+=(\S+)/g)].map(([, time, value]) => [
    Number(time),
    Number.isFinite(Number(value)) ? Number(value) : -120,
  ]);
}
