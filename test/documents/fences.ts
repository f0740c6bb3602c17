/** A fenced block of a document. */
export interface Fence {
  /** The first word after the fence: `console`, `ppl`, ...; empty where there is none. */
  readonly language: string;
  /** What follows it: the name of a file that the block holds, or `slow`. */
  readonly note: string;
  /** Lines between the fences, without the indentation of the opening one. */
  readonly lines: readonly string[];
  /** Number of the first of them in the document, from 0. */
  readonly start: number;
  readonly indent: string;
}

/** The fenced blocks of a Markdown text, in order. */
export function fencesOf(text: string): Fence[] {
  const all = text.split("\n");
  const fences: Fence[] = [];
  for (let i = 0; i < all.length; i++) {
    const opening = /^(\s*)```(\S*)\s*(.*)$/.exec(all[i] ?? "");
    if (!opening) continue;
    const [, indent = "", language = "", note = ""] = opening;
    const start = i + 1;
    while (i + 1 < all.length && (all[i + 1] ?? "").trim() !== "```") i++;
    const lines = all.slice(start, i + 1).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    fences.push({ language, note: note.trim(), lines, start, indent });
    i++;
  }
  return fences;
}

/** A command of a `console` block, and what is shown below it. */
export interface Shown {
  /** Without the prompt; continued lines joined. */
  readonly command: string;
  /** The lines of the command as they stand in the document. */
  readonly source: readonly string[];
  readonly output: readonly string[];
}

/** `$ ` begins a command, a backslash at its end continues it, everything else is output of the command above. */
export function shownIn({ lines }: Fence): Shown[] {
  const found: { source: string[]; output: string[] }[] = [];
  let continued = false;
  for (const line of lines) {
    const last = found.at(-1);
    if (continued && last) last.source.push(line);
    else if (line.startsWith("$ ")) found.push({ source: [line], output: [] });
    else if (last) last.output.push(line);
    else throw new Error(`a console block begins with \`${line}\`, which is no command`);
    continued = (line.startsWith("$ ") || continued) && line.endsWith("\\");
  }
  return found.map(({ source, output }) => ({
    command: source.map((line) => line.replace(/\\$/, "").replace(/^\$ /, "").trim()).join(" "),
    source,
    output,
  }));
}
