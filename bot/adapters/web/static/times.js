// Moments as they are said where the reader is: in the browser's zone and language.

export function clockTime(moment) {
  return new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

// A time of today is said alone; of another day, the day too.
export function momentText(moment) {
  const when = new Date(moment);
  const isToday = when.toDateString() === new Date().toDateString();
  return isToday ? clockTime(when) : `${when.toLocaleDateString([], { weekday: "long" })} ${clockTime(when)}`;
}
