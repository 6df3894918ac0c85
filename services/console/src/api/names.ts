// How are resource names taken apart? A name is "organizations/12"; a path of the API takes its last part.

/** The last part of a resource name: "12" of "organizations/12". */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The part of a longer name that follows a collection: partOf("rounds/3/scores/7", "rounds") is "3". */
export function partOf(name: string, collection: string): string {
  const parts = name.split('/');
  return parts[parts.indexOf(collection) + 1] ?? '';
}
