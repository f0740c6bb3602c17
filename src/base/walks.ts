// Walks over graphs with stacks of their own: what a user writes may be a chain of any length.

/** Everything that the roots lead to, each once, outermost first and in order. */
export function* outermostFirst<T>(
  roots: readonly T[],
  next: (node: T) => readonly T[],
  seen: Set<T> = new Set<T>(),
): Generator<T> {
  const open = [...roots].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    yield node;
    const parts = next(node);
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i];
      if (part !== undefined && !seen.has(part)) open.push(part);
    }
  }
}

/** Everything that the roots lead to, each once, behind all that it leads to itself. What is in `seen` is left out. */
export function innermostFirst<T>(
  roots: readonly T[],
  next: (node: T) => readonly T[],
  seen: Set<T> = new Set<T>(),
): readonly T[] {
  const done: T[] = [];
  const open: { readonly node: T; readonly parts: Iterator<T> }[] = [];
  const enter = (node: T): void => {
    if (seen.has(node)) return;
    seen.add(node);
    open.push({ node, parts: next(node)[Symbol.iterator]() });
  };
  for (const root of roots) {
    enter(root);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const part = top.parts.next();
      if (!part.done) enter(part.value);
      else {
        done.push(top.node);
        open.pop();
      }
    }
  }
  return done;
}
