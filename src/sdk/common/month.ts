/** Names of the months of English, as scripts and RFC 2822 have them. */
export const MONTHS: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Days of the week from Sunday, as JavaScript counts them. */
export const WEEKDAYS: readonly string[] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const SHORT = 3;

/** A month's name in the form of RFC 2822. */
export const shortName = (month: string): string => month.slice(0, SHORT);
