/** Where Seats are had as a CSV. */

/** User IDs that fit into one address: servers take 8,190 characters of it. */
export const AT_ONCE = 150;

/** The file of these Seats, `AT_ONCE` at most. */
export const fileOf = (userIds) => `/seats.csv?${new URLSearchParams(userIds.map((id) => ["user_id", id]))}`;

/** The file of all Seats that a search finds. */
export const fileOfAll = (q) => `/seats.csv${q ? `?${new URLSearchParams({ q })}` : ""}`;

/** The files of any number of Seats. */
export function filesOf(userIds) {
  const parts = Math.ceil(userIds.length / AT_ONCE);
  return Array.from({ length: parts }, (_, part) => fileOf(userIds.slice(part * AT_ONCE, (part + 1) * AT_ONCE)));
}
