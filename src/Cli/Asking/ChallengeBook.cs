using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;

namespace Ait.Cli.Asking;

/// <summary>The class challenges of a network, from the chain alone.</summary>
internal static class ChallengeBook
{
    /// <summary>Every challenge, oldest first, with what its witnesses said.</summary>
    internal static async Task<IReadOnlyList<ChallengeLine>> ReadAsync(ChainAccess chain, Address registry, CancellationToken cancellation)
    {
        var contract = new ChallengeRegistryContract(registry, chain.Client);
        ILookup<ulong, WitnessWord> statements = (await chain
            .EventsAsync([registry], cancellation, 0, contract.Abi.Event("StatementTaken").Topic).ConfigureAwait(false))
            .ToLookup(
                found => found.Event["challengeId"].AsUInt64(),
                found => new WitnessWord(found.Event["witness"].AsByte(), found.Event["isCorrect"].AsBoolean(), found.Event["duration"].AsUInt32()));
        Block? head = await chain.Client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        ulong count = await contract.GetChallengeCountAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        var lines = new List<ChallengeLine>();
        for (ulong id = 1; id <= count; id++)
        {
            ChallengeRecord record = await contract.GetChallengeAsync(id, BlockTag.Latest, cancellation).ConfigureAwait(false);
            bool hasLapsed = head is not null && head.Timestamp >= record.OpenedAt + ChallengeRegistryContract.Life;
            lines.Add(new ChallengeLine(id, record, [.. statements[id]], hasLapsed));
        }

        return lines;
    }
}

/// <summary>What one witness said.</summary>
internal sealed record WitnessWord(byte Witness, bool IsCorrect, uint DurationMillis);

/// <summary>One class challenge.</summary>
internal sealed record ChallengeLine(ulong Id, ChallengeRecord Record, ImmutableArray<WitnessWord> Statements, bool HasLapsed)
{
    /// <summary>How far it is, in a word or two.</summary>
    internal string State => Record.Verdict switch
    {
        ChallengeVerdict.Passed => "passed",
        ChallengeVerdict.Failed => "failed, suspended",
        ChallengeVerdict.Void => "void, too few witnesses",
        _ when HasLapsed => "lapsed",
        _ => Record.Seed == Hash256.Zero ? "opened" : "under way",
    };

    /// <summary>What the witnesses said, in a line.</summary>
    internal string Said => Statements.IsEmpty
        ? "no witness has spoken"
        : string.Join("; ", Statements.Select(word => $"witness {word.Witness} {(word.IsCorrect ? "right" : "wrong or silent")} in {word.DurationMillis} ms"));

    internal JsonObject ToJson() => new()
    {
        ["challengeId"] = Id,
        ["gpuId"] = Record.GpuId.ToString(),
        ["class"] = Record.Class,
        ["state"] = State,
        ["deadlineMillis"] = Record.Terms.DeadlineMillis,
        ["memoryBytes"] = (long)Record.Terms.Tiles * Record.Terms.Width * Record.Terms.Width,
        ["statements"] = new JsonArray([.. Statements.Select(word => (JsonNode)new JsonObject
        {
            ["witness"] = word.Witness,
            ["correct"] = word.IsCorrect,
            ["durationMillis"] = word.DurationMillis,
        })]),
    };
}
