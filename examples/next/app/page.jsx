import { BASE, FILM, tokenOfFilm } from './film.js';
import { Player } from './player.jsx';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <Player film={FILM} base={BASE} token={await tokenOfFilm()} />;
}
