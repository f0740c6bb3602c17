import type { IToken, TokenType } from "chevrotain";
import { CstParser } from "chevrotain";
import * as t from "./tokens.ts";

/**
 * The concrete syntax, and nothing about meaning: a tree with every token in it. `src/syntax/build` makes the AST.
 *
 * Rules read as the railroad diagrams in `diagrams.html`, which are generated from them. Each rule needs at most two
 * tokens to decide where to go. A parser reports at most one mistake: `src/syntax/recover.ts` cuts the
 * statement it stands in and parses the rest, which finds every mistake and invents none.
 */
export class ModelParser extends CstParser {
  /** Where the statement or guide entry that is being parsed began. */
  began: IToken | null = null;

  constructor(checkGrammar = false) {
    super([...t.tokens], {
      maxLookahead: 2,
      nodeLocationTracking: "onlyOffset",
      recoveryEnabled: false,
      skipValidations: !checkGrammar,
      errorMessageProvider: {
        // Facts, not prose: the names of the tokens that would have fitted. The wording is in the catalogue.
        buildMismatchTokenMessage: ({ expected }) => expected.name,
        buildNoViableAltMessage: ({ expectedPathsPerAlt }) =>
          expectedPathsPerAlt.flatMap((paths) => paths.flatMap(firstName)).join(" "),
        buildEarlyExitMessage: ({ expectedIterationPaths }) => expectedIterationPaths.flatMap(firstName).join(" "),
        buildNotAllInputParsedMessage: () => "Statement",
      },
    });
    this.performSelfAnalysis();
  }

  private begin(): void {
    this.ACTION(() => {
      this.began = this.LA(1);
    });
  }

  // ---- statements

  file = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.statement));
  });

  statement = this.RULE("statement", () => {
    this.begin();
    this.OR([
      { ALT: () => this.SUBRULE(this.modelStatement) },
      { ALT: () => this.SUBRULE(this.dataStatement) },
      { ALT: () => this.SUBRULE(this.constStatement) },
      { ALT: () => this.SUBRULE(this.paramStatement) },
      { ALT: () => this.SUBRULE(this.netStatement) },
      { ALT: () => this.SUBRULE(this.funStatement) },
      { ALT: () => this.SUBRULE(this.letStatement) },
      { ALT: () => this.SUBRULE(this.assignStatement) },
      { ALT: () => this.SUBRULE(this.sampleStatement) },
      { ALT: () => this.SUBRULE(this.observeStatement) },
      { ALT: () => this.SUBRULE(this.factorStatement) },
      { ALT: () => this.SUBRULE(this.plateStatement) },
      { ALT: () => this.SUBRULE(this.forStatement) },
      { ALT: () => this.SUBRULE(this.guideStatement) },
    ]);
  });

  modelStatement = this.RULE("modelStatement", () => {
    this.CONSUME(t.Model);
    this.CONSUME(t.Identifier);
  });

  dataStatement = this.RULE("dataStatement", () => {
    this.CONSUME(t.Data);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  constStatement = this.RULE("constStatement", () => {
    this.CONSUME(t.Const);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  paramStatement = this.RULE("paramStatement", () => {
    this.CONSUME(t.Param);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(t.Equal);
      this.SUBRULE(this.expression);
    });
  });

  netStatement = this.RULE("netStatement", () => {
    this.CONSUME(t.Net);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.call);
  });

  funStatement = this.RULE("funStatement", () => {
    this.CONSUME(t.Fun);
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.parameters);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Equal);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.funBody) },
    ]);
  });

  parameters = this.RULE("parameters", () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Identifier) });
    this.CONSUME(t.RParen);
  });

  funBody = this.RULE("funBody", () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => this.SUBRULE(this.letStatement));
    this.CONSUME(t.Return);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RCurly);
  });

  letStatement = this.RULE("letStatement", () => {
    this.begin();
    this.CONSUME(t.Let);
    this.CONSUME(t.Identifier);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Colon);
          this.SUBRULE(this.type);
          this.OPTION(() => {
            this.CONSUME(t.Equal);
            this.SUBRULE(this.expression);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME2(t.Equal);
          this.SUBRULE2(this.expression);
        },
      },
    ]);
  });

  assignStatement = this.RULE("assignStatement", () => {
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.subscript);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  sampleStatement = this.RULE("sampleStatement", () => {
    this.CONSUME(t.Sample);
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.subscript) },
        {
          ALT: () => {
            this.CONSUME(t.Colon);
            this.SUBRULE(this.type);
          },
        },
      ]);
    });
    this.CONSUME(t.Tilde);
    this.SUBRULE(this.call);
  });

  observeStatement = this.RULE("observeStatement", () => {
    this.CONSUME(t.Observe);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Tilde);
    this.SUBRULE(this.call);
  });

  factorStatement = this.RULE("factorStatement", () => {
    this.CONSUME(t.Factor);
    this.SUBRULE(this.expression);
  });

  plateStatement = this.RULE("plateStatement", () => {
    this.CONSUME(t.Plate);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.In);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.block);
  });

  forStatement = this.RULE("forStatement", () => {
    this.CONSUME(t.For);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.In);
    this.SUBRULE(this.expression);
    this.CONSUME(t.DotDot);
    this.SUBRULE2(this.expression);
    this.SUBRULE(this.block);
  });

  block = this.RULE("block", () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => this.SUBRULE(this.statement));
    this.CONSUME(t.RCurly);
  });

  guideStatement = this.RULE("guideStatement", () => {
    this.CONSUME(t.Guide);
    this.CONSUME(t.LCurly);
    this.MANY(() => this.SUBRULE(this.guideEntry));
    this.CONSUME(t.RCurly);
  });

  guideEntry = this.RULE("guideEntry", () => {
    this.begin();
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Tilde);
    this.CONSUME2(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.arguments));
    this.OPTION2(() => {
      this.CONSUME(t.Given);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    });
    this.OPTION3(() => {
      this.CONSUME(t.By);
      this.SUBRULE(this.call);
    });
  });

  // ---- types

  type = this.RULE("type", () => {
    this.CONSUME(t.BaseType);
    this.OPTION(() => this.SUBRULE(this.bounds));
    this.OPTION2(() => this.SUBRULE(this.dimensions));
    this.OPTION3(() => this.CONSUME(t.Question));
  });

  /** The ends are sums: a comparison would swallow the closing `>`. */
  bounds = this.RULE("bounds", () => {
    this.CONSUME(t.Less);
    this.OPTION(() => this.SUBRULE(this.sum, { LABEL: "lower" }));
    this.CONSUME(t.DotDot);
    this.OPTION2(() => this.SUBRULE2(this.sum, { LABEL: "upper" }));
    this.CONSUME(t.Greater);
  });

  dimensions = this.RULE("dimensions", () => {
    this.CONSUME(t.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RBracket);
  });

  // ---- expressions, from loose to tight

  expression = this.RULE("expression", () => {
    this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.CONSUME(t.OrOr, { LABEL: "operator" });
      this.SUBRULE2(this.conjunction);
    });
  });

  conjunction = this.RULE("conjunction", () => {
    this.SUBRULE(this.comparison);
    this.MANY(() => {
      this.CONSUME(t.AndAnd, { LABEL: "operator" });
      this.SUBRULE2(this.comparison);
    });
  });

  /** Comparisons do not chain: `a < b < c` would compare a truth value with c. */
  comparison = this.RULE("comparison", () => {
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.CONSUME(t.Comparison, { LABEL: "operator" });
      this.SUBRULE2(this.sum);
    });
  });

  sum = this.RULE("sum", () => {
    this.SUBRULE(this.product);
    this.MANY(() => {
      this.CONSUME(t.Additive, { LABEL: "operator" });
      this.SUBRULE2(this.product);
    });
  });

  product = this.RULE("product", () => {
    this.SUBRULE(this.unary);
    this.MANY(() => {
      this.CONSUME(t.Multiplicative, { LABEL: "operator" });
      this.SUBRULE2(this.unary);
    });
  });

  /** `-x^2` is `-(x^2)`, and `2^-x` needs no parentheses. */
  unary = this.RULE("unary", () => {
    this.MANY(() => this.CONSUME(t.Prefix));
    this.SUBRULE(this.postfix);
    this.MANY2(() => this.SUBRULE(this.power));
  });

  power = this.RULE("power", () => {
    this.CONSUME(t.Caret);
    this.MANY(() => this.CONSUME(t.Prefix));
    this.SUBRULE(this.postfix);
  });

  postfix = this.RULE("postfix", () => {
    this.SUBRULE(this.primary);
    this.MANY(() => this.SUBRULE(this.subscript));
  });

  primary = this.RULE("primary", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Identifier);
          this.OPTION(() => this.SUBRULE(this.arguments));
        },
      },
      { ALT: () => this.CONSUME(t.NumberLiteral) },
      { ALT: () => this.SUBRULE(this.array) },
      { ALT: () => this.SUBRULE(this.parenthesis) },
    ]);
  });

  parenthesis = this.RULE("parenthesis", () => {
    this.CONSUME(t.LParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RParen);
  });

  array = this.RULE("array", () => {
    this.CONSUME(t.LBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RBracket);
  });

  call = this.RULE("call", () => {
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.arguments);
  });

  arguments = this.RULE("arguments", () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RParen);
  });

  argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(t.Identifier);
      this.CONSUME(t.Equal);
    });
    this.SUBRULE(this.expression);
  });

  subscript = this.RULE("subscript", () => {
    this.CONSUME(t.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.index) });
    this.CONSUME(t.RBracket);
  });

  index = this.RULE("index", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Colon) },
      {
        ALT: () => {
          this.CONSUME(t.DotDot);
          this.OPTION(() => this.SUBRULE(this.expression, { LABEL: "to" }));
        },
      },
      {
        ALT: () => {
          this.SUBRULE2(this.expression, { LABEL: "from" });
          this.OPTION2(() => {
            this.CONSUME2(t.DotDot);
            this.OPTION3(() => this.SUBRULE3(this.expression, { LABEL: "to" }));
          });
        },
      },
    ]);
  });
}

const firstName = (path: TokenType[]): string[] => path.slice(0, 1).map((token) => token.name);
