using System.Globalization;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Engine;
using Ait.Miner.Reporting;
using Ait.Protocol;

namespace Ait.Miner.Proving;

/// <summary>Every event of class challenges, by name.</summary>
internal static class ChallengeEvents
{
    public static MinerEvent Answered(ClassChallenge challenge, Hash256 witness, TimeSpan taken, EngineRefusal? refusal)
    {
        string millis = taken.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        Fact[] facts = [new("challengeId", string.Empty, challenge.Id), new("witness", witness.ToString()), new("durationMillis", string.Empty, (ulong)taken.TotalMilliseconds)];
        return refusal is null
            ? new MinerEvent("answered", Severity.Information, $"The chain of class challenge {challenge.Id} for witness {Amount.Short(witness.ToString())} took {millis} ms.", [.. facts])
            : new MinerEvent("answered", Severity.Error, $"This device cannot answer class challenge {challenge.Id}: {refusal}.", [.. facts, new Fact("code", refusal.Code.ToString())])
            {
                Remedy = "Register the device as the class that it is.",
            };
    }

    public static MinerEvent Witnessed(ClassStatement statement, TimeSpan deadline) => new(
        "witnessed",
        Severity.Information,
        string.Create(
            CultureInfo.InvariantCulture,
            $"GPU {Amount.Short(statement.GpuId.ToString())} answered class challenge {statement.ChallengeId} {(statement.IsCorrect ? "right" : "wrongly or not at all")} in {statement.DurationMillis} of {deadline.TotalMilliseconds:0} ms."),
        [
            new Fact("challengeId", string.Empty, statement.ChallengeId),
            new Fact("gpuId", statement.GpuId.ToString()),
            new Fact("correct", statement.IsCorrect ? "true" : "false"),
            new Fact("durationMillis", string.Empty, statement.DurationMillis),
        ]);

    public static MinerEvent Decided(ClassChallenge challenge, DateTimeOffset provenUntil)
    {
        Fact id = new("challengeId", string.Empty, challenge.Id);
        return challenge.Record.Verdict switch
        {
            ChallengeVerdict.Passed => new MinerEvent(
                "proven",
                Severity.Information,
                $"This device has proven its class until {provenUntil.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}.",
                [id, new Fact("provenUntil", string.Empty, (ulong)Math.Max(0, provenUntil.ToUnixTimeSeconds()))]),
            ChallengeVerdict.Failed => new MinerEvent("suspended", Severity.Error, $"This device failed class challenge {challenge.Id} and is suspended.", [id])
            {
                Remedy = "Register it as the class that it is. If it is of this class: let nothing else use its memory, and check the way to the coordinator.",
            },
            _ => new MinerEvent("unproven", Severity.Warning, $"Class challenge {challenge.Id} found fewer than two devices to witness it.", [id])
            {
                Remedy = "Nothing to do: it is opened again. Devices with evidence of their GPU, and those that have proven their class, are witnesses.",
            },
        };
    }
}
