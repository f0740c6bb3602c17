/**
 * What an import of a package that not everybody installs came to: `import("vega").catch(absent)` is null where it is
 * not there. Written so at each place, bundlers see that it may be missing, and say nothing.
 */
export function absent(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

/** Node says it by a code, browsers and bundlers in words. */
function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  const coded = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  return coded || /^(could not|cannot|failed to) (resolve|find)/i.test(error instanceof Error ? error.message : "");
}
