using System.Text;
using System.Text.Json;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>The JSON lines of a miner, as they come.</summary>
internal sealed class ProgramOutput : TextWriter
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public override Encoding Encoding => Encoding.UTF8;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public IEnumerable<string> Kinds => Lines.Select(line => Read(line).GetProperty("event").GetString() ?? string.Empty);

    public override void Write(char value) => throw new NotSupportedException("Only whole lines are written.");

    public override void WriteLine(string? value)
    {
        lock (_lock)
        {
            _lines.Add(value ?? string.Empty);
        }
    }

    /// <summary>The first event of this kind, past or to come, after so many others of its kind.</summary>
    public async Task<JsonElement> WaitAsync(string kind, Task ended, int after = 0)
    {
        for (int looks = 0; looks < 1200; looks++)
        {
            bool over = ended.IsCompleted;
            JsonElement[] found = [.. Lines.Select(Read).Where(happened => happened.GetProperty("event").GetString() == kind).Skip(after)];
            if (found.Length > 0)
            {
                return found[0];
            }

            if (over)
            {
                break;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"No event {kind} came. Printed so far:\n{string.Join('\n', Lines)}");
    }

    private static JsonElement Read(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
