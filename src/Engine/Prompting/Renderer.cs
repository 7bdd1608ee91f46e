using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ait.Engine.Importing;

namespace Ait.Engine.Prompting;

/// <summary>Carries out a template. Values are strings, whole numbers, truth values, lists, objects, nothing, and what has no value.</summary>
internal sealed class Renderer(Dictionary<string, object?> globals)
{
    private const int MaxSteps = 2_000_000;

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Dictionary<string, object?>> _scopes = [globals];
    private readonly StringBuilder _output = new();
    private int _steps;

    public string Render(List<Node> nodes)
    {
        RenderAll(nodes);
        return _output.ToString();
    }

    private void RenderAll(List<Node> nodes)
    {
        foreach (Node node in nodes)
        {
            Spend(1);
            switch (node)
            {
                case Node.Text text:
                    Write(text.Value);
                    break;
                case Node.Output output:
                    Write(TextOf(Evaluate(output.Value)));
                    break;
                case Node.Set set:
                    Assign(set);
                    break;
                case Node.If choice:
                    foreach ((Expression? condition, List<Node> body) in choice.Branches)
                    {
                        if (condition is null || IsTrue(Evaluate(condition)))
                        {
                            RenderAll(body);
                            break;
                        }
                    }

                    break;
                case Node.For loop:
                    Loop(loop);
                    break;
            }
        }
    }

    private void Write(string text)
    {
        Spend(text.Length / 64);
        if (_output.Length + text.Length > EngineLimits.MaxTextBytes)
        {
            throw Fault($"a prompt of at most {EngineLimits.MaxTextBytes} characters", "more");
        }

        _output.Append(text);
    }

    private void Assign(Node.Set set)
    {
        object? value = Evaluate(set.Value);
        if (set.Member is null)
        {
            _scopes[^1][set.Name] = value;
        }
        else if (Find(set.Name) is Dictionary<string, object?> target)
        {
            target[set.Member] = value;
        }
        else
        {
            throw Fault("a namespace to set a member of", set.Name);
        }
    }

    private void Loop(Node.For loop)
    {
        IReadOnlyList<object?> all = Evaluate(loop.List) switch
        {
            List<object?> list => list,
            Dictionary<string, object?> map => [.. map.Keys],
            string text => [.. text.EnumerateRunes().Select(rune => (object?)rune.ToString())],
            Undefined => [],
            var other => throw Fault("a list to go through", Kind(other)),
        };
        if (loop.Second is not null)
        {
            throw Fault("one name in a loop", $"{loop.Name}, {loop.Second}");
        }

        _scopes.Add([]);
        var items = new List<object?>();
        foreach (object? item in all)
        {
            Spend(1);
            _scopes[^1][loop.Name] = item;
            if (loop.Condition is null || IsTrue(Evaluate(loop.Condition)))
            {
                items.Add(item);
            }
        }

        for (int i = 0; i < items.Count; i++)
        {
            _scopes[^1] = new Dictionary<string, object?>
            {
                [loop.Name] = items[i],
                ["loop"] = new Dictionary<string, object?>
                {
                    ["index"] = i + 1L,
                    ["index0"] = (long)i,
                    ["first"] = i == 0,
                    ["last"] = i == items.Count - 1,
                    ["length"] = (long)items.Count,
                    ["previtem"] = i > 0 ? items[i - 1] : Undefined.Value,
                    ["nextitem"] = i + 1 < items.Count ? items[i + 1] : Undefined.Value,
                },
            };
            RenderAll(loop.Body);
        }

        _scopes.RemoveAt(_scopes.Count - 1);
    }

    private object? Evaluate(Expression expression)
    {
        Spend(1);
        switch (expression)
        {
            case Expression.Constant constant:
                return constant.Value;
            case Expression.Name name:
                return Find(name.Value);
            case Expression.ListOf list:
                return list.Items.Select(Evaluate).ToList();
            case Expression.Member member:
                return MemberOf(Evaluate(member.Target), Evaluate(member.Key));
            case Expression.Slice slice:
                return SliceOf(slice);
            case Expression.Unary { Operator: "not" } not:
                return !IsTrue(Evaluate(not.Operand));
            case Expression.Unary minus:
                return unchecked(-NumberOf(Evaluate(minus.Operand)));
            case Expression.Binary binary:
                return Combine(binary);
            case Expression.Choice choice:
                return IsTrue(Evaluate(choice.Condition)) ? Evaluate(choice.Yes) : choice.No is null ? Undefined.Value : Evaluate(choice.No);
            case Expression.Test test:
                return Holds(Evaluate(test.Value), test.Word) != test.IsNegated;
            case Expression.Filter filter:
                return Filtered(Evaluate(filter.Value), filter.Word, filter.Arguments);
            case Expression.Call call:
                return Called(call);
            default:
                throw new ArgumentOutOfRangeException(nameof(expression));
        }
    }

    private object? Find(string name)
    {
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(name, out object? value))
            {
                return value;
            }
        }

        return Undefined.Value;
    }

    private static object? MemberOf(object? target, object? key) => (target, key) switch
    {
        (Dictionary<string, object?> map, string name) => map.TryGetValue(name, out object? value) ? value : Undefined.Value,
        (List<object?> list, long index) => Place(index, list.Count) is int place and >= 0 ? list[place] : Undefined.Value,
        (string text, long index) => Place(index, text.Length) is int place and >= 0 ? $"{text[place]}" : Undefined.Value,
        (Undefined or null, _) => throw Fault("a value to take a member of", $"none, for {TextOf(key)}"),
        _ => Undefined.Value,
    };

    private static int Place(long index, int count)
    {
        long place = index < 0 ? index + count : index;
        return place >= 0 && place < count ? (int)place : -1;
    }

    private object SliceOf(Expression.Slice slice)
    {
        object? target = Evaluate(slice.Target);
        int count = target switch
        {
            List<object?> list => list.Count,
            string text => text.Length,
            _ => throw Fault("a list or a text to take a part of", Kind(target)),
        };
        long step = slice.Step is null ? 1 : NumberOf(Evaluate(slice.Step));
        if (step == 0)
        {
            throw Fault("a step other than 0", "0");
        }

        long Bound(Expression? bound, long standard)
        {
            if (bound is null)
            {
                return standard;
            }

            long at = NumberOf(Evaluate(bound));
            at = at < 0 ? at + count : at;
            return Math.Clamp(at, step > 0 ? 0 : -1, step > 0 ? count : count - 1);
        }

        long from = Bound(slice.From, step > 0 ? 0 : count - 1);
        long to = Bound(slice.To, step > 0 ? count : -1);
        var places = new List<int>();
        for (long i = from; step > 0 ? i < to : i > to; i += step)
        {
            Spend(1);
            places.Add((int)i);
        }

        return target is string whole
            ? string.Concat(places.Select(place => whole[place]))
            : places.Select(place => ((List<object?>)target!)[place]).ToList(); // The count was taken of one of the two.
    }

    private object? Combine(Expression.Binary binary)
    {
        object? left = Evaluate(binary.Left);
        switch (binary.Operator)
        {
            case "and":
                return IsTrue(left) ? Evaluate(binary.Right) : left;
            case "or":
                return IsTrue(left) ? left : Evaluate(binary.Right);
        }

        object? right = Evaluate(binary.Right);
        switch (binary.Operator)
        {
            case "==":
                return AreEqual(left, right);
            case "!=":
                return !AreEqual(left, right);
            case "~":
                return Joined(TextOf(left), TextOf(right));
            case "+" when left is string a && right is string b:
                return Joined(a, b);
            case "+" when left is List<object?> a && right is List<object?> b:
                Spend(a.Count + b.Count);
                return (List<object?>)[.. a, .. b];
            case "in":
                return right switch
                {
                    string text => text.Contains(left as string ?? throw Fault("a text to look for", Kind(left)), StringComparison.Ordinal),
                    List<object?> list => list.Exists(item => AreEqual(item, left)),
                    Dictionary<string, object?> map => left is string key && map.ContainsKey(key),
                    _ => throw Fault("a list, an object or a text to look in", Kind(right)),
                };
        }

        if (left is string first && right is string second && binary.Operator is "<" or ">" or "<=" or ">=")
        {
            return Compared(binary.Operator, string.CompareOrdinal(first, second));
        }

        long m = NumberOf(left);
        long n = NumberOf(right);
        return binary.Operator switch
        {
            "+" => unchecked(m + n),
            "-" => unchecked(m - n),
            "*" => unchecked(m * n),
            "%" => n is 0 or -1 ? throw Fault("a divisor other than 0", $"{n}") : ((m % n) + n) % n,
            "//" => n is 0 or -1 ? throw Fault("a divisor other than 0", $"{n}") : (long)Math.Floor((decimal)m / n),
            _ => Compared(binary.Operator, m.CompareTo(n)),
        };
    }

    private static bool Compared(string mark, int order) => mark switch
    {
        "<" => order < 0,
        ">" => order > 0,
        "<=" => order <= 0,
        _ => order >= 0,
    };

    private static bool Holds(object? value, string word) => word switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "string" => value is string,
        "number" or "integer" => value is long,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "mapping" => value is Dictionary<string, object?>,
        "iterable" or "sequence" => value is List<object?> or string or Dictionary<string, object?>,
        _ => throw Fault("a test that is carried out", word),
    };

    private object? Filtered(object? value, string word, List<Expression> arguments)
    {
        switch (word)
        {
            case "trim":
                return TextOf(value).Trim();
            case "upper":
                return TextOf(value).ToUpperInvariant();
            case "lower":
                return TextOf(value).ToLowerInvariant();
            case "string" or "safe":
                return TextOf(value);
            case "length" or "count":
                return value switch
                {
                    string text => (long)text.EnumerateRunes().Count(),
                    List<object?> list => list.Count,
                    Dictionary<string, object?> map => (long)map.Count,
                    Undefined => 0L,
                    _ => throw Fault("a list, an object or a text to count", Kind(value)),
                };
            case "first" or "last":
                return MemberOf(value, word == "first" ? 0L : -1L);
            case "default":
                return value is Undefined ? arguments.Count > 0 ? Evaluate(arguments[0]) : "" : value;
            case "join":
                string between = arguments.Count > 0 ? TextOf(Evaluate(arguments[0])) : "";
                return value is List<object?> parts ? string.Join(between, parts.Select(TextOf)) : throw Fault("a list to join", Kind(value));
            case "list":
                return value is string letters ? letters.EnumerateRunes().Select(rune => (object?)rune.ToString()).ToList() : value;
            case "tojson" when arguments.Count == 0:
                return Json(value);
            default:
                throw Fault("a filter that is carried out", word);
        }
    }

    private object? Called(Expression.Call call)
    {
        List<object?> arguments = [.. call.Arguments.Select(Evaluate)];
        switch (call.Target)
        {
            case Expression.Name { Value: "raise_exception" }:
                throw Fault("messages that the template accepts", arguments.Count > 0 ? TextOf(arguments[0]) : "others");
            case Expression.Name { Value: "namespace" }:
                var space = new Dictionary<string, object?>();
                foreach ((string name, Expression value) in call.Named)
                {
                    space[name] = Evaluate(value);
                }

                return space;
            case Expression.Name { Value: "range" } when arguments is [long count]:
                Spend(Math.Max(0, count));
                return Enumerable.Range(0, (int)Math.Max(0, count)).Select(i => (object?)(long)i).ToList();
            case Expression.Member { Key: Expression.Constant { Value: string method } } member:
                return Method(Evaluate(member.Target), method, arguments);
            default:
                throw Fault("a function that is carried out", $"{(call.Target as Expression.Name)?.Value ?? "another"}");
        }
    }

    private object? Method(object? target, string method, List<object?> arguments)
    {
        if (target is Dictionary<string, object?> map)
        {
            return (method, arguments) switch
            {
                ("get", [string key]) => map.GetValueOrDefault(key),
                ("get", [string key, var standard]) => map.TryGetValue(key, out object? value) ? value : standard,
                ("keys", []) => map.Keys.Select(key => (object?)key).ToList(),
                ("values", []) => map.Values.ToList(),
                _ => throw Fault("a method of objects that is carried out", method),
            };
        }

        string text = target as string ?? throw Fault($"a text or an object to call {method} of", Kind(target));
        Spend(text.Length / 64);
        return (method, arguments) switch
        {
            ("strip", []) => text.Trim(),
            ("lstrip", []) => text.TrimStart(),
            ("rstrip", []) => text.TrimEnd(),
            ("strip", [string set]) => text.Trim(set.ToCharArray()),
            ("lstrip", [string set]) => text.TrimStart(set.ToCharArray()),
            ("rstrip", [string set]) => text.TrimEnd(set.ToCharArray()),
            ("startswith", [string start]) => text.StartsWith(start, StringComparison.Ordinal),
            ("endswith", [string end]) => text.EndsWith(end, StringComparison.Ordinal),
            ("split", [string { Length: > 0 } mark]) => text.Split(mark).Select(part => (object?)part).ToList(),
            ("replace", [string { Length: > 0 } old, string other]) => Replaced(text, old, other),
            ("upper", []) => text.ToUpperInvariant(),
            ("lower", []) => text.ToLowerInvariant(),
            _ => throw Fault("a method of texts that is carried out", method),
        };
    }

    private string Replaced(string text, string old, string other)
    {
        Spend((long)(text.Length / old.Length) * other.Length / 64);
        return text.Replace(old, other, StringComparison.Ordinal);
    }

    private string Joined(string a, string b)
    {
        Spend((a.Length + b.Length) / 64);
        return a.Length + b.Length <= EngineLimits.MaxTextBytes ? a + b : throw Fault($"texts of at most {EngineLimits.MaxTextBytes} characters", "more");
    }

    // A namespace can hold itself.
    private static string Json(object? value, int depth = 0) => value switch
    {
        _ when depth > 16 => throw Fault("values at most 16 deep", "deeper"),
        Undefined => throw Fault("a value to write as JSON", "none"),
        List<object?> list => "[" + string.Join(", ", list.Select(item => Json(item, depth + 1))) + "]",
        Dictionary<string, object?> map => "{" + string.Join(", ", map.Select(entry => Json(entry.Key, depth + 1) + ": " + Json(entry.Value, depth + 1))) + "}",
        _ => JsonSerializer.Serialize(value, s_json),
    };

    private static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        _ => Equals(left, right),
    };

    private static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Dictionary<string, object?> map => map.Count > 0,
        _ => true,
    };

    private static long NumberOf(object? value) => value switch
    {
        long number => number,
        bool truth => truth ? 1 : 0,
        _ => throw Fault("a number", Kind(value)),
    };

    private static string TextOf(object? value) => value switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        bool truth => truth ? "True" : "False",
        null => "None",
        Undefined => "",
        _ => Json(value),
    };

    private static string Kind(object? value) => value switch
    {
        string => "a text",
        long => "a number",
        bool => "a truth value",
        null or Undefined => "nothing",
        List<object?> => "a list",
        _ => "an object",
    };

    private void Spend(long steps)
    {
        _steps = (int)Math.Min(int.MaxValue / 2, _steps + steps);
        if (_steps > MaxSteps)
        {
            throw Fault($"at most {MaxSteps} steps", "more");
        }
    }

    private static EngineRefusedException Fault(string expected, string found) =>
        JsonFile.Fault(EngineRefusalCode.TemplateFailed, "chat template", expected, found);
}
