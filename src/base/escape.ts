/**
 * Texts that other people wrote (models, names, paths, titles, what files hold) on their way into a language that is
 * not theirs: one function for each target. A text keeps what can be seen of it and cannot become anything else there:
 * no code after a comment, no tag, no move of a cursor. Whoever writes one of these languages calls its function, and
 * test/base/escape.test.ts reads the results back with readers of the languages' own.
 */

/**
 * What has no picture of its own, or changes the place of what stands beside it: controls (ESC begins a terminal's
 * commands, CR goes back over a line), format characters (those that turn the direction of writing show code in an
 * order in which it does not run: Boucher & Anderson 2021, CVE-2021-42574), separators of lines and paragraphs, halves of
 * surrogate pairs, noncharacters. General categories of Unicode, and Unicode Technical Standard 55, section 3.1.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

/** `a\u001b[2J` -> `a<U+001B>[2J`: one line, every character of which is seen where it stands. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => `<U+${hex(character)}>`);
}

/** Colours and weights as this program writes them (ECMA-48, select graphic rendition), and nothing else of a terminal's commands. */
const styles = /(\u001b\[[\d;]*m)/;

/**
 * Lines for a terminal (ECMA-48). Ends of lines and tabs stay; so do styles where `styled`: what is styled has been
 * made visible before, name by name.
 */
export function terminalText(text: string, styled = false): string {
  const plain = (part: string): string =>
    part
      .replace(/\r\n/g, "\n")
      .split(/([\n\t])/)
      .map(keepBreak)
      .join("");
  if (!styled) return plain(text);
  return text
    .split(styles)
    .map((part, nth) => (nth % 2 === 1 ? part : plain(part)))
    .join("");
}

const keepBreak = (part: string): string => (part === "\n" || part === "\t" ? part : visible(part));

/** `\u{1b}` and the like as JSON and JavaScript both write them, surrogate by surrogate. */
function unicodeEscape(character: string): string {
  return Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charAt(i))}`).join("");
}

/** Any value as JSON (RFC 8259) that a terminal can show: what is not seen is written by its number, and read back as itself. */
export function jsonText(value: object | string, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[^\n]+/g, (line) => line.replace(unseen, unicodeEscape));
}

/** What would end a `<script>` around a module, whatever it stands in (HTML Living Standard, 4.12.1.3). */
const endsScript = /<(?=\/script|script|!--)/gi;

/** A string literal of JavaScript and TypeScript (ECMA-262, 12.9.4). */
export function javascriptString(text: string): string {
  return jsonText(text).replace(endsScript, "\\u003C");
}

/**
 * A comment of JavaScript and TypeScript that ends with its line: CR, LF, U+2028 and U+2029 end one (ECMA-262, 12.3), and
 * what stands behind them is code.
 */
export function javascriptComment(text: string): string {
  return `// ${visible(text).replace(endsScript, "<\\")}`;
}

/** A property's name in an object literal or an interface. `__proto__` would name the prototype unless it is computed. */
export function javascriptKey(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : javascriptString(name);
}

/** A comment of the text format of WebAssembly that ends with its line (core specification 2.0, section 6.3.3). */
export function watComment(text: string): string {
  return `;; ${visible(text)}`;
}

/** An identifier of the text format (section 6.3.5): printable ASCII but for space, quotes, comma, semicolon and brackets. */
export function watName(name: string): string {
  return `$${name.replace(/[^\w!#$%&'*+\-./:<=>?@\\^`|~]/gu, (character) => `~${hex(character)}`)}`;
}

/** A string of the text format (section 6.3.3): bytes of UTF-8, those that are not printable ASCII by number. */
export function watString(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  const one = (byte: number): string => {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    return plain ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, "0")}`;
  };
  return `"${bytes.map(one).join("")}"`;
}

/**
 * A quoted string of the DOT language (`escString`), line by line: a name or a label. Backslashes begin escapes in it, and
 * ampersands entities of HTML, which Graphviz hands on to SVG as they are.
 */
export function dotString(...lines: readonly string[]): string {
  const one = (line: string): string =>
    visible(line).replaceAll("&", "&amp;").replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${lines.map(one).join("\\n")}"`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text and quoted attributes of SVG, XML 1.0 and HTML: what is not a character of XML cannot stand in it in any form. */
export function markupText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

/** Every string of a specification that a library will draw as SVG: it escapes markup by itself, and nothing else. */
export function drawable<T>(part: T): T {
  const made = (one: unknown): unknown => {
    if (typeof one === "string") return visible(one);
    if (Array.isArray(one)) return one.map(made);
    if (typeof one !== "object" || one === null || ArrayBuffer.isView(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, made(value)]));
  };
  return made(part) as T;
}

/**
 * Words inside a line of a page in Markdown (CommonMark 0.31, section 2.4): signs that would be read as something else are
 * escaped. An underscore inside a word is one.
 */
export function markdownText(text: string): string {
  return visible(text).replace(/[\\`*[\]<>~&]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&");
}

/** The same in a cell of a table, which a bar would end (GitHub Flavored Markdown, section 4.10). */
export function markdownCell(text: string): string {
  return markdownText(text).replaceAll("|", "\\|");
}

/** Where a link or a picture leads to: a name of a file beside the page. */
export function markdownTarget(file: string): string {
  return encodeURIComponent(file.replace(/\p{Cs}/gu, "\ufffd"));
}

/** A field of a CSV file (RFC 4180), quoted where it has to be. */
export function csvField(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
