// What does a request that waits for a second person ask for? Told by the method's name where there are words for it.

type Say = (key: string) => string;

/** "导出党员名册" of "/ronghe.membership.v1.MemberExportService/CreateMemberExport"; the method's own name without words. */
export function methodTitle(method: string, t: Say): string {
  const name = method.slice(method.lastIndexOf('/') + 1);
  const key = `method_${name}`;
  const title = t(key);
  return title === key ? name : title;
}
