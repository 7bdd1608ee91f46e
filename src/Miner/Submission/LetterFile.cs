using System.Globalization;
using Ait.Chain;
using Ait.Protocol;

namespace Ait.Miner.Submission;

/// <summary>
/// Keeps the letters of a device, a file for each day on which their tasks end and a line of hexadecimal for each letter. Should the coordinator
/// never reveal, its bond pays them: <c>ait letter claim</c> reads these files.
/// </summary>
internal sealed class LetterFile
{
    /// <summary>Longer than the governor can have letters paid after a task's end.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(45);
    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();

    public LetterFile(string folder, TimeProvider clock)
    {
        _folder = folder;
        _clock = clock;
    }

    /// <exception cref="IOException">The disk did not take it.</exception>
    public void Keep(SeatLetter letter)
    {
        var ends = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(letter.Assignment.MiningTask.Deadline, int.MaxValue));
        string path = Path.Combine(_folder, Name(ends));
        lock (_lock)
        {
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(_folder);
                Prune();
            }

            // A line that a crash cut short ends here, and spoils no other.
            File.AppendAllText(path, $"\n{Hex.Encode(letter.ToBytes())}\n");
        }
    }

    private static string Name(DateTimeOffset day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + ".letters";

    private void Prune()
    {
        string oldest = Name(_clock.GetUtcNow() - s_kept);
        foreach (string path in Directory.GetFiles(_folder, "*.letters").Where(path => string.CompareOrdinal(Path.GetFileName(path), oldest) < 0))
        {
            File.Delete(path);
        }
    }
}
