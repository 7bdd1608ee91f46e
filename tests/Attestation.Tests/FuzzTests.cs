using Ait.Attestation.Fuzz;
using Ait.Attestation.Fuzz.Formats;
using Ait.Attestation.Fuzz.Mutating;

namespace Ait.Attestation.Tests;

/// <summary>A short run of what <c>make fuzz-attestation</c> runs long, over the kept seeds.</summary>
public sealed class FuzzTests
{
    private static readonly Dictionary<string, FuzzFormat> s_formats =
        FuzzFormats.All(new Corpus(Repository.Root, null)).ToDictionary(format => format.Name);

    public static TheoryData<string> Formats() => [.. s_formats.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Readers_surviveMutatedEvidence(string name)
    {
        foreach (ulong seed in FuzzCommand.KeptSeeds(Repository.Root))
        {
            FuzzReport report = new Fuzzer(s_formats[name]).Run(seed, 0, 300, (at, _) => Environment.FailFast($"--format {name} --seed {seed} --index {at} hangs"));
            Assert.Null(report.Finding);
            Assert.Equal(300, report.Inputs);
            Assert.InRange(report.Readable, 1, 299); // mutations reach the depth of a reader, and its refusals
            Assert.NotEqual(0, report.Judged);
        }
    }

    [Fact]
    public void Run_reportsAThrowingReaderAndAnAcceptedForgery()
    {
        FuzzFormat good = s_formats["spdm"];
        FuzzReport thrown = new Fuzzer(good with { Read = _ => throw new InvalidOperationException("probe") }).Run(1, 5, 10, (_, _) => { });
        Assert.Contains("--format spdm --seed 1 --index 5: InvalidOperationException: probe", thrown.Finding, StringComparison.Ordinal);
        byte[] sound = File.ReadAllBytes(Path.Combine(Repository.Root, "vectors", "evidence", "devices", "h100", "evidence.bin"));
        Verdict genuine = good.Judge(sound, null);
        Assert.IsType<Verdict.Genuine>(genuine);
        FuzzReport accepted = new Fuzzer(good with { Sound = [sound], Judge = (input, _) => input == sound ? good.Judge([], null) : genuine }).Run(1, 0, 10, (_, _) => { });
        Assert.Contains("accepted, though it was changed", accepted.Finding, StringComparison.Ordinal);
        FuzzReport misled = new Fuzzer(good with { Judge = (_, cache) => cache is null ? good.Judge([], null) : genuine }).Run(1, 0, 10, (_, _) => { });
        Assert.Contains("with a cache", misled.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_reportsAnInputThatAllocatesBeyondItsLimit()
    {
        FuzzFormat hungry = s_formats["spdm"] with { Read = _ => new byte[Fuzzer.MostAllocation].Length == 0 };
        Assert.Contains("bytes allocated", new Fuzzer(hungry).Run(1, 0, 1, (_, _) => { }).Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_makesTheSameInputAgain()
    {
        foreach (FuzzFormat format in s_formats.Values)
        {
            Assert.Equal(format.Make(new Chance(7, format.Name, 99)), format.Make(new Chance(7, format.Name, 99)));
        }
    }
}
