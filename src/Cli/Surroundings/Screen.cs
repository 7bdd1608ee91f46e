using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Ait.Cli.Surroundings;

/// <summary>
/// Where a command's answer goes: lines for people, or one JSON object per line on standard output for programs.
/// Progress goes to standard error in JSON mode, so that standard output always parses.
/// </summary>
internal sealed class Screen
{
    private static readonly JsonSerializerOptions Compact = new() { WriteIndented = false };
    private readonly Lock _gate = new();
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly IAnsiConsole _console;

    internal Screen(bool json, TextWriter output, TextWriter errors)
    {
        Json = json;
        _output = output;
        _errors = errors;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
        {
            _console.Profile.Width = 160;
        }
    }

    /// <summary>Whether programs read the answer.</summary>
    internal bool Json { get; }

    /// <summary>A line for people only.</summary>
    internal void Say(string line = "")
    {
        if (!Json)
        {
            lock (_gate)
            {
                _output.WriteLine(line);
                _output.Flush();
            }
        }
    }

    /// <summary>Part of a line for people only, shown at once.</summary>
    internal void Write(string text)
    {
        if (!Json)
        {
            lock (_gate)
            {
                _output.Write(text);
                _output.Flush();
            }
        }
    }

    /// <summary>A line about what is going on, never part of the answer.</summary>
    internal void Progress(string line)
    {
        lock (_gate)
        {
            TextWriter writer = Json ? _errors : _output;
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    /// <summary>A table for people only; cells are plain text.</summary>
    internal void Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (Json)
        {
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        foreach (string head in heads)
        {
            table.AddColumn(new TableColumn(Markup.Escape(head)).NoWrap());
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        lock (_gate)
        {
            _console.Write(table);
        }
    }

    /// <summary>One JSON object on one line, for programs only.</summary>
    internal void Answer(JsonNode node)
    {
        if (Json)
        {
            lock (_gate)
            {
                _output.WriteLine(node.ToJsonString(Compact));
                _output.Flush();
            }
        }
    }

    /// <summary>A sentence on standard error.</summary>
    internal void Complain(string sentence)
    {
        lock (_gate)
        {
            _errors.WriteLine(sentence);
            _errors.Flush();
        }
    }
}
