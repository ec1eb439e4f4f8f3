// Talking to the studio about one's own pictures.

import { ROOT, asJson, ask } from "./api.js";

// `query` has words, only, days, collection; what is empty is left out.
export function listPictures(query, before) {
  const asked = Object.entries({ ...query, before }).filter(([, value]) => value);
  return ask(`api/gallery?${new URLSearchParams(asked)}`);
}

export const starPictures = (pictures, isFavourite) => ask("api/gallery/favourites", asJson({ pictures, is_favourite: isFavourite }));

const pathOf = (picture) => `api/pictures/${encodeURIComponent(picture)}`;

export const readPicture = (picture) => ask(pathOf(picture));
export const sharePicture = (picture) => ask(`${pathOf(picture)}/share`, { method: "POST" });
export const unsharePicture = (picture) => ask(`${pathOf(picture)}/share`, { method: "DELETE" });
export const deletePictures = (pictures) => ask("api/gallery/delete", asJson({ pictures }));
export const restorePictures = (pictures) => ask("api/gallery/restore", asJson({ pictures }));
export const zipOf = (pictures) => new URL(`api/gallery/zip?pictures=${pictures.join(",")}`, ROOT).href;
