using System.Security.Cryptography;
using Ait.Chain;
using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Reporting;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;
using Ait.Protocol.Sealing;

namespace Ait.Miner.Tests.Submission;

public sealed class ConfidentialSeatTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_opensThePromptAndHandsInTheSealedTranscript()
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        Workload plain = Network.Workload(seed: 99, newTokens: 9);
        Workload workload = key.SealPrompt(plain);
        bench.Coordinator.Envelope = said => Seal(bench, key, workload, said);
        StandInSeat seat = bench.Coordinator.Add(workload);
        bench.Start();
        await bench.Reporter.WaitAsync("paid");

        Transcript expected = Generator.Run(Model.Create(Network.Model), WorkloadExecutor.RequestOf(plain), cancellation: Cancellation);
        Assert.True(key.TryOpenAnswer(workload, seat.Transcript, out byte[]? opened, out _));
        Assert.Equal(expected.ToBytes(), opened);
        Assert.Equal(new Hash256(SHA256.HashData(seat.Transcript!)), seat.Attestation!.Statement.ResultHash);
        Assert.Equal(["leased", "executed", "committed", "revealed", "paid"], bench.Reporter.Kinds);
    }

    [Fact]
    public async Task Run_givesEqualResultsOnEverySeat()
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        Workload workload = key.SealPrompt(Network.Workload());
        bench.Coordinator.Envelope = said => Seal(bench, key, workload, said);
        StandInSeat first = bench.Coordinator.Add(workload, 0);
        StandInSeat second = bench.Coordinator.Add(workload, 1);
        bench.Start();
        await SeatRunTests.UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "paid") == 2);

        Assert.Equal(first.Transcript, second.Transcript);
        Assert.NotEqual(first.Commitment, second.Commitment);
    }

    [Fact]
    public async Task Run_saysADifferentKeyForEverySeat()
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        Workload workload = key.SealPrompt(Network.Workload());
        var said = new System.Collections.Concurrent.ConcurrentDictionary<Hash256, string>();
        bench.Coordinator.Envelope = statement =>
        {
            said[statement.TaskId] = Hex.Encode(statement.PublicKey.AsSpan());
            Assert.Equal(bench.Network.GpuId, statement.GpuId);
            return Seal(bench, key, workload, statement);
        };
        bench.Coordinator.Add(workload, 0);
        bench.Coordinator.Add(workload, 1);
        bench.Start();
        await SeatRunTests.UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "paid") == 2);

        Assert.Equal(2, said.Values.Distinct().Count());
    }

    [Fact]
    public async Task Run_waitsForTheKeyWithoutHoldingTheDevice()
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        Workload workload = key.SealPrompt(Network.Workload(seed: 1));
        byte[]? released = null;
        bench.Coordinator.Envelope = said => released is null ? null : Seal(bench, key, workload, said);
        bench.Coordinator.Add(workload, 0);
        bench.Start();
        await SeatRunTests.UntilAsync(() => bench.Coordinator.Count("POST", "/v1/seat-keys") >= 3);
        bench.Coordinator.Add(Network.Workload(seed: 2), 1);
        await bench.Reporter.WaitAsync("paid");
        Assert.Single(bench.Reporter.Kinds, kind => kind == "executed");

        released = [];
        await SeatRunTests.UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "paid") == 2);
    }

    [Fact]
    public async Task Run_runsNothingIfTheKeyIsNotReleasedInTime()
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        bench.Coordinator.Add(key.SealPrompt(Network.Workload()), commitDeadline: Network.Now + 2);
        bench.Start();

        MinerEvent declined = await bench.Reporter.WaitAsync("declined");

        Assert.Contains("KeyNotReleased", declined.Sentence, StringComparison.Ordinal);
        Assert.Contains("nobody is paid or blamed", declined.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("executed", bench.Reporter.Kinds);
        await SeatRunTests.UntilAsync(() => bench.Loop.Totals.Unpaid == 1);
    }

    [Theory]
    [InlineData("wrong recipient")]
    [InlineData("wrong workload")]
    [InlineData("wrong key")]
    [InlineData("truncated")]
    public async Task Run_runsNothingIfTheEnvelopeDoesNotOpenThePrompt(string fault)
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        using var otherKey = ContentKey.Create();
        using var otherSeat = SeatKey.Create();
        Workload workload = key.SealPrompt(Network.Workload());
        bench.Coordinator.Envelope = said => fault switch
        {
            "wrong recipient" => Seal(bench, key, workload, bench.Key.SignSeatKey(said.TaskId, said.GpuId, otherSeat, said.ExpiresAt, bench.Network.Domain)),
            "wrong workload" => Seal(bench, key, otherKey.SealPrompt(Network.Workload()), said),
            "wrong key" => Seal(bench, otherKey, workload, said),
            _ => Seal(bench, key, workload, said)[..^1],
        };
        bench.Coordinator.Add(workload);
        bench.Start();

        Assert.Contains("PromptUnreadable", (await bench.Reporter.WaitAsync("declined")).Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("executed", bench.Reporter.Kinds);
    }

    [Fact]
    public async Task Run_tellsNothingOfPromptOrAnswer()
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        Workload plain = Network.Workload(newTokens: 7);
        Workload workload = key.SealPrompt(plain);
        bench.Coordinator.Envelope = said => Seal(bench, key, workload, said);
        bench.Coordinator.Add(workload);
        bench.Start();
        await bench.Reporter.WaitAsync("paid");

        Transcript answer = Generator.Run(Model.Create(Network.Model), WorkloadExecutor.RequestOf(plain), cancellation: Cancellation);
        string sent = string.Concat(bench.Coordinator.Requests.Select(request => request.Path + request.Body));
        Assert.DoesNotContain("7 tokens", bench.Reporter.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.ResultHash.ToString(), sent + bench.Reporter.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(answer.LogitsDigest.ToString(), sent, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Hex.Encode(key.ToBytes())[2..], sent, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("quotes the prompt", MinerEvents.Failed("Seat", new InvalidOperationException("quotes the prompt"), isConfidential: true).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_handsInTheSealedRefusalIfTheModelCannotRunTheWorkload()
    {
        await using var bench = new MinerBench();
        using var key = ContentKey.Create();
        Workload workload = key.SealPrompt(Network.Workload(newTokens: 60_000));
        bench.Coordinator.Envelope = said => Seal(bench, key, workload, said);
        StandInSeat seat = bench.Coordinator.Add(workload);
        bench.Start();
        await bench.Reporter.WaitAsync("paid");

        Assert.True(key.TryOpenAnswer(workload, seat.Transcript, out byte[]? opened, out _));
        Assert.True(Transcript.TryParse(opened, out Transcript? transcript, out _));
        Assert.Equal(FinishReason.Refused, transcript.FinishReason);
    }

    private static byte[] Seal(MinerBench bench, ContentKey key, Workload workload, SeatKeyStatement said) =>
        KeyEnvelope.Seal(key, said, new EnvelopeContext(bench.Network.Domain, said.TaskId, workload.Hash, said.GpuId));
}
