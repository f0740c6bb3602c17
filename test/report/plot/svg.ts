/** One element of an SVG, its attributes and what stands before it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The elements of a document in the order in which they open. Throws where it is not well-formed. */
export function elementsOf(svg: string): Element[] {
  const open: string[] = [];
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const parts = /<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<>]+)/gy;
  let at = 0;
  for (let part = parts.exec(svg); part; part = parts.exec(svg)) {
    at = parts.lastIndex;
    const [, closing, name, attributes, single, text] = part;
    if (text !== undefined) {
      if (found.length > 0 && open.length > 0) found.at(-1)!.text += text;
      if (/&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(text)) throw new Error(`a bare & in ${text}`);
    } else if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
    } else {
      const pairs = [...attributes!.matchAll(/([\w:-]+)="([^"]*)"/g)];
      found.push({
        name: name!,
        attributes: Object.fromEntries(pairs.map(([, key, value]) => [key, value])),
        text: "",
      });
      if (!single) open.push(name!);
    }
  }
  if (at !== svg.length) throw new Error(`not understood: ${svg.slice(at, at + 60)}`);
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return found;
}

/** What is written in a drawing. */
export function wordsOf(svg: string): string[] {
  return elementsOf(svg)
    .filter(({ name }) => name === "text" || name === "tspan")
    .map(({ text }) => text)
    .filter((text) => text !== "");
}

/** What readers of screens are told of each mark that has something to tell. */
export function labelsOf(svg: string): string[] {
  return elementsOf(svg).flatMap(({ attributes }) => attributes["aria-label"] ?? []);
}
