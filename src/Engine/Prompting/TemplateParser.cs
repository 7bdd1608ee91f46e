using System.Globalization;
using System.Text;
using Ait.Engine.Importing;

namespace Ait.Engine.Prompting;

/// <summary>Cuts a template into text and tags, and reads the tags.</summary>
internal sealed class TemplateParser
{
    private const int MaxDepth = 40;

    // Bounds how deep an expression can be nested by its operators.
    private const int MaxWords = 1000;

    private readonly string _source;
    private readonly List<(string Kind, string Value, int At)> _words = [];
    private int _at;
    private int _word;
    private int _depth;

    public TemplateParser(string source)
    {
        if (source.Length > EngineLimits.MaxTemplateBytes)
        {
            throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, "chat template", $"at most {EngineLimits.MaxTemplateBytes} characters", $"{source.Length}");
        }

        // One line feed at the end does not count.
        _source = source.EndsWith('\n') ? source[..^1] : source;
    }

    public List<Node> Parse()
    {
        List<Node> nodes = Body(out string end);
        return end.Length == 0 ? nodes : throw Fault("a block to end", end);
    }

    /// <summary>Nodes up to a tag that ends or divides the block; its first word, or nothing at the end of the template.</summary>
    private List<Node> Body(out string end)
    {
        var nodes = new List<Node>();
        while (true)
        {
            int tag = NextTag();
            AddText(nodes, tag);
            if (tag == _source.Length)
            {
                end = "";
                return nodes;
            }

            char kind = _source[tag + 1];
            string close = kind switch { '{' => "}}", '%' => "%}", _ => "#}" };
            int inner = tag + 2 + (_source.AsSpan(tag + 2).StartsWith("-") || _source.AsSpan(tag + 2).StartsWith("+") ? 1 : 0);
            int stop = kind == '#' ? _source.IndexOf(close, inner, StringComparison.Ordinal) : Words(inner, close);
            if (stop < 0)
            {
                _at = tag;
                throw Fault(close, "the end of the template");
            }

            bool trims = stop > inner && _source[stop - 1] == '-';
            _at = stop + 2;
            SkipSpace(trims, afterBlock: kind != '{');
            if (kind == '#')
            {
                continue;
            }

            if (kind == '{')
            {
                nodes.Add(new Node.Output(WholeExpression()));
                continue;
            }

            string word = Take("name");
            switch (word)
            {
                case "set":
                    nodes.Add(SetTag());
                    break;
                case "if":
                    nodes.Add(IfTag());
                    break;
                case "for":
                    nodes.Add(ForTag());
                    break;
                default:
                    end = word;
                    return nodes;
            }
        }
    }

    private Node.Set SetTag()
    {
        string name = Take("name");
        string? member = TryTake(".") ? Take("name") : null;
        Take("=");
        return new Node.Set(name, member, WholeExpression());
    }

    private Node.If IfTag()
    {
        var branches = new List<(Expression? Condition, List<Node> Body)>();
        Expression? condition = WholeExpression();
        Deeper();
        while (true)
        {
            branches.Add((condition, Body(out string end)));
            if (end == "endif")
            {
                _depth--;
                EndOfTag();
                return new Node.If(branches);
            }

            bool isLast = branches.Count > 1 && branches[^1].Condition is null;
            condition = end switch
            {
                "elif" when !isLast => WholeExpression(),
                "else" when !isLast => null,
                _ => throw Fault("elif, else or endif", end.Length == 0 ? "the end of the template" : end),
            };
            if (condition is null)
            {
                EndOfTag();
            }
        }
    }

    private Node.For ForTag()
    {
        string name = Take("name");
        string? second = TryTake(",") ? Take("name") : null;
        TakeWord("in");
        Expression list = Or();
        Expression? condition = TryTakeWord("if") ? Or() : null;
        EndOfTag();
        Deeper();
        List<Node> body = Body(out string end);
        _depth--;
        if (end != "endfor")
        {
            throw Fault("endfor", end.Length == 0 ? "the end of the template" : end);
        }

        EndOfTag();
        return new Node.For(name, second, list, condition, body);
    }

    private void Deeper()
    {
        _depth++;
        if (_depth > MaxDepth)
        {
            throw Fault($"at most {MaxDepth} levels", "more");
        }
    }

    private int NextTag()
    {
        for (int i = _at; i + 1 < _source.Length; i++)
        {
            if (_source[i] == '{' && _source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return _source.Length;
    }

    private void AddText(List<Node> nodes, int tag)
    {
        string text = _source[_at..tag];
        if (tag + 2 < _source.Length)
        {
            if (_source[tag + 2] == '-')
            {
                text = text.TrimEnd();
            }
            else if (_source[tag + 1] != '{' && _source[tag + 2] != '+')
            {
                // A block on its own line takes the indentation with it.
                string bare = text.TrimEnd(' ', '\t');
                bool isAtLineStart = bare.Length == 0 ? _at == 0 || _source[_at - 1] == '\n' : bare[^1] == '\n';
                text = isAtLineStart ? bare : text;
            }
        }

        if (text.Length > 0)
        {
            nodes.Add(new Node.Text(text));
        }
    }

    private void SkipSpace(bool trims, bool afterBlock)
    {
        if (trims)
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
            {
                _at++;
            }
        }
        else if (afterBlock && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }
    }

    /// <summary>Reads the words of a tag. Returns where its closing mark begins, or −1.</summary>
    private int Words(int at, string close)
    {
        _words.Clear();
        _word = 0;
        while (at < _source.Length && _words.Count < MaxWords)
        {
            char c = _source[at];
            if (_source.AsSpan(at).StartsWith(close) || (c == '-' && _source.AsSpan(at + 1).StartsWith(close)))
            {
                // A closing brace of the tag, unless a brace is open.
                int stop = c == '-' ? at + 1 : at;
                _words.Add(("end", "", at));
                return stop;
            }

            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c is '\'' or '"')
            {
                at = Quoted(at);
            }
            else if (char.IsAsciiDigit(c))
            {
                int start = at;
                while (at < _source.Length && char.IsAsciiDigit(_source[at]))
                {
                    at++;
                }

                _words.Add(("number", _source[start..at], start));
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                int start = at;
                while (at < _source.Length && (char.IsAsciiLetterOrDigit(_source[at]) || _source[at] == '_'))
                {
                    at++;
                }

                _words.Add(("name", _source[start..at], start));
            }
            else
            {
                string two = at + 1 < _source.Length ? _source.Substring(at, 2) : "";
                string mark = two is "==" or "!=" or "<=" or ">=" or "//" or "**" ? two : $"{c}";
                _words.Add((mark, mark, at));
                at += mark.Length;
            }
        }

        return -1;
    }

    private int Quoted(int start)
    {
        var text = new StringBuilder();
        int at = start + 1;
        for (; at < _source.Length && _source[at] != _source[start]; at++)
        {
            if (_source[at] != '\\' || at + 1 == _source.Length)
            {
                text.Append(_source[at]);
                continue;
            }

            at++;
            text.Append(_source[at] switch
            {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                '\\' => "\\",
                '\'' => "'",
                '"' => "\"",
                char other => $"\\{other}",
            });
        }

        _words.Add(("text", text.ToString(), start));
        return Math.Min(at + 1, _source.Length);
    }

    private Expression WholeExpression()
    {
        Expression expression = Conditional();
        EndOfTag();
        return expression;
    }

    private Expression Conditional()
    {
        Deeper();
        Expression value = Or();
        if (TryTakeWord("if"))
        {
            Expression condition = Or();
            value = new Expression.Choice(condition, value, TryTakeWord("else") ? Conditional() : null);
        }

        _depth--;
        return value;
    }

    private Expression Or() => Chain(And, "or");

    private Expression And() => Chain(Not, "and");

    private Expression Not()
    {
        if (!TryTakeWord("not"))
        {
            return Comparison();
        }

        Deeper();
        Expression operand = Not();
        _depth--;
        return new Expression.Unary("not", operand);
    }

    private Expression Comparison()
    {
        Expression left = Sum();
        while (true)
        {
            if (_words[_word].Kind is "==" or "!=" or "<" or ">" or "<=" or ">=")
            {
                string mark = _words[_word++].Kind;
                left = new Expression.Binary(mark, left, Sum());
            }
            else if (TryTakeWord("in"))
            {
                left = new Expression.Binary("in", left, Sum());
            }
            else if (_words[_word] is ("name", "not", _) && _words[_word + 1] is ("name", "in", _))
            {
                _word += 2;
                left = new Expression.Unary("not", new Expression.Binary("in", left, Sum()));
            }
            else
            {
                return left;
            }
        }
    }

    private Expression Sum()
    {
        Expression left = Product();
        while (_words[_word].Kind is "+" or "-" or "~")
        {
            string mark = _words[_word++].Kind;
            left = new Expression.Binary(mark, left, Product());
        }

        return left;
    }

    private Expression Product()
    {
        Expression left = Prefixed();
        while (_words[_word].Kind is "*" or "%" or "//")
        {
            string mark = _words[_word++].Kind;
            left = new Expression.Binary(mark, left, Prefixed());
        }

        return left;
    }

    private Expression Prefixed()
    {
        if (TryTake("-"))
        {
            Deeper();
            Expression operand = Prefixed();
            _depth--;
            return new Expression.Unary("-", operand);
        }

        return Tested(Postfix(Primary()));
    }

    private Expression Tested(Expression value)
    {
        while (true)
        {
            if (TryTake("|"))
            {
                string word = Take("name");
                List<Expression> arguments = [];
                if (TryTake("("))
                {
                    (arguments, List<(string Name, Expression Value)> named) = Arguments();
                    if (named.Count > 0)
                    {
                        throw Fault("filters without named arguments", named[0].Name);
                    }
                }

                value = Postfix(new Expression.Filter(value, word, arguments));
            }
            else if (TryTakeWord("is"))
            {
                bool isNegated = TryTakeWord("not");
                value = new Expression.Test(value, Take("name"), isNegated);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Postfix(Expression target)
    {
        while (true)
        {
            if (TryTake("."))
            {
                target = new Expression.Member(target, new Expression.Constant(Take("name")));
            }
            else if (TryTake("["))
            {
                target = Subscript(target);
            }
            else if (TryTake("("))
            {
                (List<Expression> arguments, List<(string Name, Expression Value)> named) = Arguments();
                target = new Expression.Call(target, arguments, named);
            }
            else
            {
                return target;
            }
        }
    }

    private Expression Subscript(Expression target)
    {
        Expression? from = _words[_word].Kind is ":" ? null : Conditional();
        if (TryTake("]"))
        {
            return new Expression.Member(target, from ?? new Expression.Constant(null));
        }

        Take(":");
        Expression? to = _words[_word].Kind is ":" or "]" ? null : Conditional();
        Expression? step = TryTake(":") && _words[_word].Kind is not "]" ? Conditional() : null;
        Take("]");
        return new Expression.Slice(target, from, to, step);
    }

    private (List<Expression> Arguments, List<(string Name, Expression Value)> Named) Arguments()
    {
        var arguments = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        while (!TryTake(")"))
        {
            if (_words[_word].Kind == "name" && _words[_word + 1].Kind == "=")
            {
                string name = Take("name");
                Take("=");
                named.Add((name, Conditional()));
            }
            else
            {
                arguments.Add(Conditional());
            }

            if (_words[_word].Kind != ")")
            {
                Take(",");
            }
        }

        return (arguments, named);
    }

    private Expression Primary()
    {
        (string kind, string value, int at) = _words[_word];
        switch (kind)
        {
            case "text":
                _word++;
                return new Expression.Constant(value);
            case "number":
                _word++;
                return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                    ? new Expression.Constant(number)
                    : throw Fault("a number below 2^63", value);
            case "name":
                _word++;
                return value switch
                {
                    "true" or "True" => new Expression.Constant(true),
                    "false" or "False" => new Expression.Constant(false),
                    "none" or "None" => new Expression.Constant(null),
                    _ => new Expression.Name(value),
                };
            case "(":
                _word++;
                Expression inner = Conditional();
                Take(")");
                return inner;
            case "[":
                _word++;
                var items = new List<Expression>();
                while (!TryTake("]"))
                {
                    items.Add(Conditional());
                    if (_words[_word].Kind != "]")
                    {
                        Take(",");
                    }
                }

                return new Expression.ListOf(items);
            default:
                throw Fault("a value", kind == "end" ? "the end of the tag" : value);
        }
    }

    private Expression Chain(Func<Expression> next, string word)
    {
        Expression left = next();
        while (TryTakeWord(word))
        {
            left = new Expression.Binary(word, left, next());
        }

        return left;
    }

    private bool TryTake(string kind)
    {
        bool isThere = _words[_word].Kind == kind;
        _word += isThere ? 1 : 0;
        return isThere;
    }

    private bool TryTakeWord(string word)
    {
        bool isThere = _words[_word].Kind == "name" && _words[_word].Value == word;
        _word += isThere ? 1 : 0;
        return isThere;
    }

    private string Take(string kind)
    {
        (string found, string value, int at) = _words[_word];
        if (found != kind)
        {
            throw Fault(kind, found == "end" ? "the end of the tag" : value);
        }

        _word++;
        return value;
    }

    private void TakeWord(string word)
    {
        if (!TryTakeWord(word))
        {
            throw Fault(word, _words[_word].Kind == "end" ? "the end of the tag" : _words[_word].Value);
        }
    }

    private void EndOfTag()
    {
        if (_words[_word].Kind != "end")
        {
            throw Fault("the end of the tag", _words[_word].Value);
        }
    }

    private EngineRefusedException Fault(string expected, string found) =>
        JsonFile.Fault(EngineRefusalCode.TemplateFailed, $"chat template, character {(_words.Count > 0 ? _words[Math.Min(_word, _words.Count - 1)].At : _at)}", expected, found);
}
