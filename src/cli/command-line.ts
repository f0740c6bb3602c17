import { Argument, Command as Parser, Option as ParserOption } from "commander";
import { flagName, type Option } from "../options/option.ts";
import { argumentText } from "./command.ts";
import { commands, type Command } from "./commands.ts";
import { commonGroup, examplesText, grouped, optionText } from "./help.ts";
import type { Words } from "./request.ts";

/**
 * The command line: what `--help` prints, and what the reference page is generated from. `act` is called with the
 * command that was asked for and the words that it was given.
 */
export function commandLine(version: string, act: (command: Command, words: Words) => Promise<void>): Parser {
  const root = new Parser("stratum")
    .description("Probabilistic programs with mixture guides: from a .ppl file to a posterior.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText(
      "after",
      "\n`stratum help COMMAND` has the options and examples of a command.\n" +
        "\nExit status: 0 fine; 1 the model, the data or the command line is at fault;" +
        "\n2 it ran, but its own checks say that the answer is not to be trusted;" +
        "\n130 interrupted, with what was learned saved.",
    );
  for (const command of commands) addCommand(root, command, act);
  return root;
}

/** What every command takes. */
const common = [
  ["--json", "print the result as JSON"],
  ["-q, --quiet", "nothing on standard error but errors"],
  ["-v, --verbose", "phases, times and choices on standard error"],
] as const;

function addCommand(root: Parser, command: Command, act: (command: Command, words: Words) => Promise<void>): void {
  const { name, doc, args, options, examples } = command;
  const parser = root.command(name).description(doc);
  for (const argument of args) parser.addArgument(new Argument(argumentText(argument), argument.doc));
  const fits = Object.hasOwn(options, "lr");
  for (const { title, options: some } of grouped(options))
    for (const [key, option] of some)
      for (const one of parserOptions(key, option, fits)) parser.addOption(one.helpGroup(title));
  for (const [flags, what] of common) parser.addOption(new ParserOption(flags, what).helpGroup(commonGroup));
  parser.addHelpOption(new ParserOption("-h, --help", "print this help").helpGroup(commonGroup));
  parser.addHelpText("after", examplesText(examples));
  parser.action((...params: unknown[]) =>
    act(command, { args: params.slice(0, args.length), options: valuesOf(parser) }),
  );
}

/** Values stay texts here: request.ts and the API's options read them, and know what to say about them. */
function parserOptions(key: string, option: Option<unknown, null>, fits: boolean): readonly ParserOption[] {
  const { argument, repeats, negated } = option;
  const flag = flagName(key);
  const words = optionText(key, option, fits);
  const plain = new ParserOption(`--${flag}${argument === "" ? "" : ` <${argument}>`}`, words);
  if (repeats) plain.argParser((text: string, before: readonly string[] = []) => [...before, text]);
  return negated === undefined ? [plain] : [plain, new ParserOption(`--no-${flag}`, negated)];
}

/** What was given, by long name. */
function valuesOf(parser: Parser): Words["options"] {
  const given = parser.options.map((option): [string, unknown] => [
    option.name().replace(/^no-/, ""),
    parser.getOptionValue(option.attributeName()),
  ]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
