using System.Text.Json;
using Ait.Miner.Reporting;

namespace Ait.Miner.Tests.Reporting;

public sealed class ReporterTests
{
    private static readonly MinerEvent s_event = new("unpaid", Severity.Warning, "Seat 1 was \"late\"\nfoo\u001b[2J", [new Fact("taskId", "0x01"), new Fact("duration", "5", 5)])
    {
        Remedy = "Be faster.",
    };

    private static string Print(Func<TextWriter, IReporter> create, MinerEvent happened)
    {
        using var output = new StringWriter();
        create(output).Report(happened);
        return output.ToString();
    }

    [Fact]
    public void Report_printsOneLineWithTheRemedy()
    {
        string text = Print(output => new SentenceReporter(output, TimeProvider.System), s_event);

        Assert.EndsWith($"unpaid     ! Seat 1 was \"late\" foo [2J Be faster.{Environment.NewLine}", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Count(c => c == '\n'));
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void Report_printsOneJsonObjectPerLine()
    {
        string text = Print(output => new JsonReporter(output, TimeProvider.System), s_event);

        using JsonDocument document = JsonDocument.Parse(text);
        Assert.Equal("unpaid", document.RootElement.GetProperty("event").GetString());
        Assert.Equal("warning", document.RootElement.GetProperty("severity").GetString());
        Assert.Equal("Be faster.", document.RootElement.GetProperty("remedy").GetString());
        Assert.Equal("0x01", document.RootElement.GetProperty("taskId").GetString());
        Assert.Equal(5, document.RootElement.GetProperty("duration").GetInt32());
        Assert.Equal(1, text.Count(c => c == '\n'));
    }

    [Fact]
    public void Report_leavesTheRemedyOutWhereThereIsNone()
    {
        string text = Print(output => new JsonReporter(output, TimeProvider.System), s_event with { Remedy = null });

        using JsonDocument document = JsonDocument.Parse(text);
        Assert.False(document.RootElement.TryGetProperty("remedy", out _));
    }
}
