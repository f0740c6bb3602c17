import type { Dice } from "../fuzz/models.ts";

/** What ends a comment or a string, begins a tag, a command or an escape, or is not seen, in one language or another. */
const fragments: readonly string[] = [
  // ends of lines, also those that only some languages take for ends
  ...["\n", "\r", "\r\n", "\u2028", "\u2029", "\u0085", "\v", "\f", "\t", "\0"],
  // code behind them
  ...[
    "\u2028globalThis.pwned = 1;//",
    "\rglobalThis.pwned = 1;//",
    "\nglobalThis.pwned = 1;//",
    '";globalThis.pwned=1;"',
  ],
  ...[
    "*/globalThis.pwned=1;/*",
    "${globalThis.pwned=1}",
    "`",
    "'",
    '"',
    "\\",
    "\\\\",
    "\\u0022",
    "\\x22",
    "//",
    "/*",
    "*/",
  ],
  // markup
  ...["</script><script>globalThis.pwned=1</script>", "<script>", "<!--", "-->", "]]>", "<![CDATA[", "</text></svg>"],
  ...['"><image href="x" onerror="pwned=1"/>', "&lt;", "&#27;", "&amp;", "&", "&unknown;", "<", ">", "<b>bold</b>"],
  // DOT, WAT, Markdown, CSV
  ...[
    "\\N",
    "\\G",
    "\\l",
    '"]; evil [label="',
    "}",
    "->",
    "(;",
    ";)",
    ";;",
    ")",
    '"))',
    "|",
    "||",
    "**a**",
    "[a](javascript:b)",
  ],
  ...["![", "_a_", "~~", "# ", "- ", "=cmd()", ","],
  // a terminal's commands, in 7 and in 8 bits
  ...[
    "\u001b[31m",
    "\u001b[2J\u001b[H",
    "\u001b]0;title\u0007",
    "\u001bc",
    "\u009b2J",
    "\u009d0;title\u009c",
    "\b\b\b",
    "\u007f",
  ],
  ...["\u001b[", "\u001b[0m", "\u001b[1;1H", "\u001b[?25l", "\u001bP\u001b\\"],
  // directions of writing, and what has no width
  ...["\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060"],
  ...["\u{e0041}", "\u{e007f}", "\ud800", "\udc00", "\ufffe", "\uffff", "\u{1ffff}", "\ufff9"],
  // names with a meaning
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "default", "await", "class", "NaN"],
  // harmless letters
  ...["a", "x_1", " ", "é", "ß", "日本", "שלום", "🎲", "e\u0301", "Ａ", "0"],
];

/** A text of up to a dozen pieces, most of them bad. */
export function hostileText(dice: Dice): string {
  const count = dice.chance(0.02) ? 400 : 1 + dice.below(12);
  return Array.from({ length: count }, () => (dice.chance(0.9) ? dice.pick(fragments) : anyCharacter(dice))).join("");
}

function anyCharacter(dice: Dice): string {
  const top = dice.pick([0x100, 0x3000, 0x10000, 0x110000]);
  return String.fromCodePoint(dice.below(top));
}
