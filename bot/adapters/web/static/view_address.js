// The addresses of single pictures.

import { ROOT } from "./api.js";

const BEGINNING = new URL("i/", ROOT);

export const addressOf = ({ id }) => new URL(encodeURIComponent(id), BEGINNING).href;

// The picture that an address is of, if it is of one.
export function pictureIn(address) {
  const { origin, pathname } = new URL(address);
  const rest = pathname.slice(BEGINNING.pathname.length);
  return origin === BEGINNING.origin && pathname.startsWith(BEGINNING.pathname) && /^[\w-]+$/.test(rest) ? rest : null;
}
