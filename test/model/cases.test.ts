import { fileURLToPath } from "node:url";
import { runCases } from "../cases.ts";
import { dataViews, modelViews } from "./views.ts";

const folder = (name: string): string => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));

runCases(folder("model"), modelViews);
runCases(folder("data"), dataViews);
