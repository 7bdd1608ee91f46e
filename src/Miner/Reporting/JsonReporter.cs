using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ait.Miner.Reporting;

/// <summary>One JSON object per line: time, event, severity, text, remedy, then the facts.</summary>
internal sealed class JsonReporter : IReporter
{
    private readonly TextWriter _output;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();

    public JsonReporter(TextWriter output, TimeProvider clock)
    {
        _output = output;
        _clock = clock;
    }

    public void Report(MinerEvent happened)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("time", _clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            writer.WriteString("event", happened.Kind);
            writer.WriteString("severity", happened.Severity switch
            {
                Severity.Information => "information",
                Severity.Warning => "warning",
                _ => "error",
            });
            writer.WriteString("text", happened.Sentence);
            if (happened.Remedy is not null)
            {
                writer.WriteString("remedy", happened.Remedy);
            }

            foreach (Fact fact in happened.Facts)
            {
                if (fact.Number is ulong number)
                {
                    writer.WriteNumber(fact.Name, number);
                }
                else
                {
                    writer.WriteString(fact.Name, fact.Text);
                }
            }

            writer.WriteEndObject();
        }

        string line = Encoding.UTF8.GetString(buffer.WrittenSpan);
        lock (_lock)
        {
            _output.WriteLine(line);
            _output.Flush();
        }
    }
}
