using Ait.Chain;
using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Submission;

public sealed class LetterFileTests : IDisposable
{
    private const ulong Day = 86_400;
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private readonly Network _network = new();
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("ait-letters-").FullName, "letters");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void Keep_writesALineForEachLetterUnderTheDayItsTaskEnds()
    {
        SeatLetter today = Letter(20_000 * Day);
        SeatLetter again = Letter((20_000 * Day) + 60);
        SeatLetter tomorrow = Letter(20_001 * Day);
        var file = new LetterFile(_folder, new FixedTime(s_now));
        file.Keep(today);
        file.Keep(again);
        file.Keep(tomorrow);
        Assert.Equal(["20241004.letters", "20241005.letters"], Names());
        Assert.Equal([Hex.Encode(today.ToBytes()), Hex.Encode(again.ToBytes())], Lines("20241004.letters"));
        Assert.Equal([Hex.Encode(tomorrow.ToBytes())], Lines("20241005.letters"));
    }

    [Fact]
    public void Keep_losesNoLetterBehindALineThatWasCutShort()
    {
        var file = new LetterFile(_folder, new FixedTime(s_now));
        file.Keep(Letter(20_000 * Day));
        File.AppendAllText(Path.Combine(_folder, "20241004.letters"), "\n0x4149");
        SeatLetter next = Letter((20_000 * Day) + 1);
        file.Keep(next);
        Assert.Equal(Hex.Encode(next.ToBytes()), Lines("20241004.letters")[^1]);
    }

    [Fact]
    public void Keep_deletesFilesThatNoBondPaysAnyMore()
    {
        new LetterFile(_folder, new FixedTime(s_now)).Keep(Letter(20_000 * Day));
        new LetterFile(_folder, new FixedTime(s_now.AddDays(45))).Keep(Letter(20_045 * Day));
        Assert.Equal(["20241004.letters", "20241118.letters"], Names());
        new LetterFile(_folder, new FixedTime(s_now.AddDays(46))).Keep(Letter(20_046 * Day));
        Assert.Equal(["20241118.letters", "20241119.letters"], Names());
    }

    private string[] Names() => [.. Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private string[] Lines(string name) => [.. File.ReadAllLines(Path.Combine(_folder, name)).Where(line => line.Length > 0)];

    private SeatLetter Letter(ulong deadline)
    {
        var task = new MiningTask(
            Keccak256.Hash("a workload"u8), 0, WorkloadType.Inference, DeterminismClass.X8v0, new ComputeUnits(1000), deadline, Address.Zero, Keccak256.Hash("a secret's hash"u8));
        return SeatLetter.Sign(new SeatAssignment(7, task, 1, _network.GpuId, deadline - 60, deadline - 30), _network.Domain, _network.Coordinator);
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
