/** Longer names are cut: a file's name has at most 255 bytes, on most disks. */
const longest = 100;

/**
 * What stands for each site in names of files: its own name, but for one that is too long, or that differs from one before
 * it in case alone, which many disks do not tell apart. Those have a number behind a sign that no name has.
 */
export function fileStems(sites: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    sites.map((site, nth) => {
      const folded = site.toLowerCase();
      const plain = site.length <= longest && !taken.has(folded);
      taken.add(folded);
      return [site, plain ? site : `${site.slice(0, longest)}~${nth}`];
    }),
  );
}
