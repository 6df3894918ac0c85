// What does somebody look for: a whole identity number, or the beginning of a name?

const SHORTEST_NAME = 2;

/** The search that a text stands for; null while it is neither a number nor two letters of a name. */
export function soughtBy(text: string): { identityNumber: string } | { fullName: string } | null {
  const bare = text.replace(/\s/g, '').toUpperCase();
  if (/^\d{17}[\dX]$/.test(bare)) return { identityNumber: bare };
  const name = text.trim();
  return Array.from(name).length >= SHORTEST_NAME && !/^\d/.test(name) ? { fullName: name } : null;
}
