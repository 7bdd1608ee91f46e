using System.Globalization;

namespace Ait.Miner.Reporting;

/// <summary>One line per event: time, word, sentence, and the remedy where there is one.</summary>
internal sealed class SentenceReporter : IReporter
{
    private readonly TextWriter _output;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();

    public SentenceReporter(TextWriter output, TimeProvider clock)
    {
        _output = output;
        _clock = clock;
    }

    public void Report(MinerEvent happened)
    {
        string time = _clock.GetUtcNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        string remedy = happened.Remedy is null ? string.Empty : " " + happened.Remedy;
        string mark = happened.Severity switch
        {
            Severity.Warning => "! ",
            Severity.Error => "!! ",
            _ => string.Empty,
        };
        string line = OneLine($"{time} {happened.Kind,-10} {mark}{happened.Sentence}{remedy}");
        lock (_lock)
        {
            _output.WriteLine(line);
            _output.Flush();
        }
    }

    /// <summary>Text of another party must not be able to start a line of its own or to drive the terminal.</summary>
    private static string OneLine(string text) =>
        text.Any(char.IsControl) ? new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]) : text;
}
