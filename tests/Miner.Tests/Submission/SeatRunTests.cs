using System.Net;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Reporting;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Submission;

public sealed class SeatRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_goesFromLetterToPay()
    {
        await using var bench = new MinerBench();
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();

        MinerEvent paid = await bench.Reporter.WaitAsync("paid");
        await bench.DrainAsync();

        Assert.Equal(["leased", "executed", "committed", "revealed", "paid"], bench.Reporter.Kinds);
        Assert.Contains("is paid 0.1 AIT.", paid.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, bench.Loop.Totals.Paid);
        Assert.Equal(SeatPhase.Settled, seat.Phase);
    }

    [Fact]
    public async Task Run_handsInTheEnginesTranscriptSignedByTheEnclaveKey()
    {
        await using var bench = new MinerBench();
        Workload workload = Network.Workload(seed: 99, newTokens: 9);
        StandInSeat seat = bench.Coordinator.Add(workload);
        bench.Start();
        await bench.Reporter.WaitAsync("paid");

        Transcript expected = Generator.Run(Model.Create(Network.Model), WorkloadExecutor.RequestOf(workload), cancellation: Cancellation);

        Assert.Equal(expected.ToBytes(), seat.Transcript);
        WorkStatement statement = Assert.IsType<WorkAttestation>(seat.Attestation).Statement;
        Assert.Equal(bench.Key.Address, seat.Attestation!.EnclaveKey);
        Assert.Equal(seat.Letter.TaskId, statement.TaskId);
        Assert.Equal(new Hash256(expected.ResultHash.ToBytes()), statement.ResultHash);
        Assert.True(statement.DurationMillis >= 1);
        Assert.Contains(bench.Reporter.Events, happened => happened.Kind == "executed" && happened.Facts.Any(fact => fact.Name == "durationMillis" && fact.Number == statement.DurationMillis));
    }

    [Fact]
    public async Task Run_attestsTheTimeTheDeviceTook()
    {
        await using var bench = new MinerBench();
        bench.Device.Extra = TimeSpan.FromHours(2);
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("paid");

        // Two hours and what the run itself took.
        Assert.InRange(seat.Attestation!.Statement.DurationMillis, 7_200_000UL, 7_800_000UL);
    }

    [Fact]
    public async Task Run_signsNoSoonerThanTheRegistrysLeastDuration()
    {
        await using var bench = new MinerBench();
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        ulong units = seat.Letter.Assignment.MiningTask.ComputeUnits.Micro;
        bench.Bounds = new DurationBoundsRecord(400_000_000 / units, 0, ulong.MaxValue);
        long start = TimeProvider.System.GetTimestamp();
        bench.Start();
        await bench.Reporter.WaitAsync("paid");

        ulong least = 400_000_000 / units * units / 1_000_000;
        Assert.InRange(least, 300UL, 400UL);
        Assert.True(seat.Attestation!.Statement.DurationMillis >= least); // Revealed, so signed.
        Assert.True(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds >= least);
        MinerEvent executed = bench.Reporter.Events.Single(happened => happened.Kind == "executed");
        Assert.Contains("the least for this work on a device of its class", executed.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_handsInTheCanonicalRefusalIfTheModelCannotRunTheWorkload()
    {
        await using var bench = new MinerBench();
        StandInSeat seat = bench.Coordinator.Add(Network.Workload(newTokens: 100_000));
        bench.Start();
        await bench.Reporter.WaitAsync("paid");

        Assert.True(Transcript.TryParse(seat.Transcript, out Transcript? transcript, out _));
        Assert.Equal(FinishReason.Refused, transcript.FinishReason);
        Assert.Equal(EngineRefusalCode.NewTokensOutOfRange, transcript.RefusalCode);
    }

    [Fact]
    public async Task Run_revealsNothingBeforeRevealIsOpen()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RevealOpen = false;
        Workload workload = Network.Workload();
        StandInSeat seat = bench.Coordinator.Add(workload);
        bench.Start();
        await bench.Reporter.WaitAsync("committed");
        await UntilAsync(() => bench.Coordinator.Count("POST", "/v1/seats") >= 3);

        Transcript transcript = Generator.Run(Model.Create(Network.Model), WorkloadExecutor.RequestOf(workload), cancellation: Cancellation);
        string sent = string.Concat(bench.Coordinator.Requests.Select(request => request.Path + request.Body));
        Assert.DoesNotContain(transcript.ResultHash.ToString(), sent, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(transcript.LogitsDigest.ToString(), sent, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(transcript.ResultHash.ToString(), bench.Reporter.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, bench.Coordinator.Count("POST", "/v1/results"));

        bench.Coordinator.RevealOpen = true;
        await bench.Reporter.WaitAsync("paid");
        Assert.NotNull(seat.Attestation);
    }

    [Fact]
    public async Task Run_hidesEqualResultsBehindDifferentCommitments()
    {
        await using var bench = new MinerBench();
        Workload workload = Network.Workload();
        StandInSeat first = bench.Coordinator.Add(workload, 0);
        StandInSeat second = bench.Coordinator.Add(workload, 1);
        bench.Start();
        await UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "paid") == 2);

        Assert.Equal(first.Transcript, second.Transcript);
        Assert.NotEqual(first.Commitment, second.Commitment);
    }

    [Fact]
    public async Task Run_asksAgainIfRevealClosesInBetween()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RevealOpen = false;
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("committed");
        bench.Coordinator.RevealOpen = true;

        await bench.Reporter.WaitAsync("paid");

        Assert.Equal(SeatPhase.Settled, seat.Phase);
    }

    [Theory]
    [InlineData(UnpaidReason.ResultInMinority, null, "Run doctor")]
    [InlineData(UnpaidReason.NotRevealed, null, "Keep the process running")]
    [InlineData(UnpaidReason.ClaimRefused, null, "Keep one process per GPU")]
    [InlineData(UnpaidReason.Silent, "Buy a faster line.", "Buy a faster line.")]
    public async Task Run_saysWhyASeatIsNotPaidAndWhatToDo(UnpaidReason reason, string? remedy, string expected)
    {
        await using var bench = new MinerBench();
        bench.Coordinator.SettleAtOnce = false;
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("revealed");
        (seat.Reason, seat.Remedy, seat.Phase) = (reason, remedy, SeatPhase.Unpaid);

        MinerEvent unpaid = await bench.Reporter.WaitAsync("unpaid");

        Assert.StartsWith(expected, unpaid.Remedy, StringComparison.Ordinal);
        Assert.Contains(unpaid.Facts, fact => fact == new Fact("reason", reason.ToString()));
        await UntilAsync(() => bench.Loop.Totals.Unpaid == 1);
    }

    [Fact]
    public async Task Run_saysThatATaskIsVoid()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RevealOpen = false;
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("committed");
        (seat.Reason, seat.Phase) = (UnpaidReason.NoAgreement, SeatPhase.Void);

        Assert.NotNull((await bench.Reporter.WaitAsync("void")).Remedy);
    }

    [Fact]
    public async Task Run_givesASeatUpIfAnotherCommitmentIsIn()
    {
        await using var bench = new MinerBench();
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        seat.Commitment = Network.RandomHash();
        bench.Start();

        MinerEvent lost = await bench.Reporter.WaitAsync("lost");

        Assert.Contains("restarted between commitment and reveal", lost.Remedy, StringComparison.Ordinal);
        Assert.Equal(0, bench.Coordinator.Count("POST", "/v1/results"));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task Run_waitsOutAServerThatFails(HttpStatusCode status)
    {
        await using var bench = new MinerBench();
        bench.Coordinator.FailNext(5, status);
        bench.Coordinator.Add(Network.Workload());
        bench.Start();

        await bench.Reporter.WaitAsync("paid");

        Assert.Single(bench.Reporter.Kinds, kind => kind == "offline");
        Assert.Single(bench.Reporter.Kinds, kind => kind == "online");
    }

    [Fact]
    public async Task Run_survivesARestartOfTheCoordinatorBetweenCommitmentAndReveal()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RevealOpen = false;
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("committed");

        await bench.Coordinator.StopAsync();
        await bench.Reporter.WaitAsync("offline");
        bench.Coordinator.RevealOpen = true;
        bench.Coordinator.Start();

        await bench.Reporter.WaitAsync("paid");
        Assert.Equal(SeatPhase.Settled, seat.Phase);
    }

    [Fact]
    public async Task Run_commitsAgainIfTheCoordinatorForgot()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RevealOpen = false;
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("committed");
        Hash256? before = seat.Commitment;

        (seat.Commitment, seat.Phase) = (null, SeatPhase.Leased);
        bench.Coordinator.RevealOpen = true;

        await bench.Reporter.WaitAsync("paid");
        Assert.Equal(before, seat.Commitment);
    }

    [Fact]
    public async Task Run_renewsTheLeaseOfASeatThatWaitsForTheDevice()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.Add(Network.Workload(seed: 1), 0);
        bench.Coordinator.Add(Network.Workload(seed: 2), 1);
        Task holding = await bench.HoldDeviceAsync();
        bench.Start();

        await UntilAsync(() => bench.Coordinator.Count("POST", "/v1/seats") >= 4);
        Assert.DoesNotContain("executed", bench.Reporter.Kinds);
        bench.Device.Release();
        await holding;
        await UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "paid") == 2);
    }

    [Fact]
    public async Task Run_stopsWorkingWhenCommitmentsClose()
    {
        await using var bench = new MinerBench();
        Task holding = await bench.HoldDeviceAsync();
        bench.Coordinator.Add(Network.Workload(), commitDeadline: Network.Now + 2);
        bench.Start();

        await bench.Reporter.WaitAsync("late");

        Assert.DoesNotContain("committed", bench.Reporter.Kinds);
        bench.Device.Release();
        await holding;
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        for (int looks = 0; looks < 6000; looks++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(10, Cancellation);
        }

        Assert.Fail("The condition did not come true.");
    }
}
