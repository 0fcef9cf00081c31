import { sign } from 'sluice-client';

/** The origin of the service, whose ALLOWED_ORIGINS names this site. */
export const BASE = process.env.SLUICE_BASE;
export const FILM = process.env.SLUICE_FILM;

const LIFE_SECONDS = 600;

/** Returns a token that opens the film for ten minutes. A real site asks first who wants it. */
export function tokenOfFilm() {
  const key = { id: process.env.SLUICE_KEY_ID, secret: process.env.SLUICE_SECRET };
  return sign(key, { key: FILM }, Math.floor(Date.now() / 1000) + LIFE_SECONDS);
}
