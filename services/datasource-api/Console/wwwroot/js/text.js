// Numbers and times for people.

const count = new Intl.NumberFormat("en");
const day = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const number = value => count.format(value ?? 0);

export const rate = value => (value >= 1000 ? `${count.format(Math.round(value / 100) / 10)} k/s` : `${count.format(Math.round(value * 10) / 10)} /s`);

const date = nanoseconds => new Date(Number(nanoseconds) / 1e6);

/** The day where it is not today, and the time of day with milliseconds. */
export function when(nanoseconds) {
  const time = date(nanoseconds);
  const today = time.toDateString() === new Date().toDateString() ? "" : `${day.format(time)} `;
  return `${today}${clock.format(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** With the date, for tooltips and the opened finding. */
export const exactly = nanoseconds => date(nanoseconds).toISOString().replace("T", " ").replace("Z", " UTC");

/** Nanoseconds since the epoch of what a datetime-local field holds, exact as text; empty for none. */
export const nanoseconds = field => (field ? `${new Date(field).getTime()}000000` : "");

export const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
