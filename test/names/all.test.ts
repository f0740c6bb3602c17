import { test } from "vitest";
import { otherUnder } from "./law.ts";
import { hostileNames, renamable } from "./models.ts";
test("all", async () => {
  for (const model of renamable)
    for (let turn = 0; turn < hostileNames.length; turn += 1) {
      const found = await otherUnder(model, turn);
      if (found !== null) console.log(model.title, turn, found.slice(0, 900));
    }
}, 1e7);
