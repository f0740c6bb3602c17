import { describe, expect, test } from "vitest";
import * as escape from "../../src/base/escape.ts";
import { doors } from "./doors.ts";
import { scanned, terminalCommands, textsOf } from "./targets.ts";

// hostile texts by the thousand: test/fuzz/fuzzers/targets.ts
describe("pinned", () => {
  const esc = "\u001b";
  test.each([
    [escape.visible("a\u2028b\u202e\r\ud800\u{e0041}"), "a<U+2028>b<U+202E><U+000D><U+D800><U+E0041>"],
    [escape.terminalText(`${esc}[31ma\tb\r\nc\rd`), "<U+001B>[31ma\tb\nc<U+000D>d"],
    [escape.terminalText(`${esc}[31ma${esc}[2J`, true), `${esc}[31ma<U+001B>[2J`],
    [escape.jsonText({ a: "\u009b2J\u{e0041}" }), '{"a":"\\u009B2J\\uDB40\\uDC41"}'],
    [escape.javascriptComment("a\u2028process.exit()"), "// a<U+2028>process.exit()"],
    [escape.javascriptString("</script>\u2029"), '"\\u003C/script>\\u2029"'],
    [["y", "a b", "__proto__"].map(escape.javascriptKey).join(), 'y,"a b",["__proto__"]'],
    [escape.watName("a b"), "$a~0020b"],
    [escape.watString('"é\n'), '"\\22\\c3\\a9\\0a"'],
    [escape.dotString('a"\\N', "&lt;"), '"a\\"\\\\N\\n&amp;lt;"'],
    [escape.markupText("<a b='\u0001'>&"), "&lt;a b=&#39;&lt;U+0001&gt;&#39;&gt;&amp;"],
    [escape.markdownCell("k_hat | _a_ **b**"), "k_hat \\| \\_a\\_ \\*\\*b\\*\\*"],
    [escape.csvField('a,"b"'), '"a,""b"""'],
  ])("%s", (found, expected) => {
    expect(found).toBe(expected);
  });

  test("a separator of lines in a comment does not end the comment of the module", async () => {
    expect(await doors("\u2028globalThis.pwned = 1;//")).toBeNull();
    expect(await doors("\u2029globalThis.pwned = 1;//")).toBeNull();
  });

  test("the readers notice what they are there for", () => {
    expect(scanned("// a\u2028pwned").kinds).not.toEqual(scanned("// a pwned").kinds);
    expect(() => textsOf("<a>&unknown;</a>")).toThrow();
    expect(() => textsOf("<a>\u0001</a>")).toThrow();
    expect(terminalCommands.test("\u009b")).toBe(true);
  });
});
