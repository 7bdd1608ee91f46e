using Ait.Engine;
using Ait.Chain.Signing;
using Ait.Miner.Reporting;
using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Submission;

public sealed class LeaseLoopTests
{
    [Fact]
    public async Task Run_worksOnALetterOnceThoughItComesAgain()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.LeaseAgain = true;
        Task holding = await bench.HoldDeviceAsync();
        StandInSeat seat = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await SeatRunTests.UntilAsync(() => seat.TimesLeased >= 3);
        bench.Device.Release();
        await holding;

        await bench.Reporter.WaitAsync("paid");

        Assert.Single(bench.Reporter.Kinds, kind => kind == "leased");
        Assert.Equal(1, bench.Coordinator.Count("POST", "/v1/commitments"));
    }

    [Fact]
    public async Task Run_worksOnNoMoreSeatsThanItMay()
    {
        await using var bench = new MinerBench(maxSeats: 2);
        Task holding = await bench.HoldDeviceAsync();
        Add(bench, 5);

        bench.Start();
        await SeatRunTests.UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "leased") == 2);
        await SeatRunTests.UntilAsync(() => bench.Coordinator.Count("POST", "/v1/seats") >= 6);
        Assert.Equal(2, bench.Coordinator.Seats.Count(seat => seat.TimesLeased > 0));

        bench.Device.Release();
        await holding;
        await SeatRunTests.UntilAsync(() => bench.Loop.Totals.Paid == 5);
    }

    [Fact]
    public async Task Run_takesMoreSeatsWhileThoseThatHaveCommittedWaitForOthers()
    {
        await using var bench = new MinerBench(maxSeats: 2);
        bench.Coordinator.RevealOpen = false;
        Add(bench, 5);

        bench.Start();
        await SeatRunTests.UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "committed") == 5);
        Assert.Equal(5, bench.Loop.HeldSeats);

        bench.Coordinator.RevealOpen = true;
        await SeatRunTests.UntilAsync(() => bench.Loop.Totals.Paid == 5);
    }

    [Fact]
    public async Task Run_holdsNoMoreSeatsThatWaitThanMemoryIsSetAsideFor()
    {
        await using var bench = new MinerBench(maxSeats: 1);
        bench.Coordinator.RevealOpen = false;
        Add(bench, LeaseLoop.HeldPerPlace + 3);

        bench.Start();
        await SeatRunTests.UntilAsync(() => bench.Reporter.Kinds.Count(kind => kind == "committed") == LeaseLoop.HeldPerPlace);
        int looks = bench.Coordinator.Count("POST", "/v1/seats");
        await SeatRunTests.UntilAsync(() => bench.Coordinator.Count("POST", "/v1/seats") >= looks + 3);
        Assert.Equal(LeaseLoop.HeldPerPlace, bench.Coordinator.Seats.Count(seat => seat.TimesLeased > 0));

        bench.Coordinator.RevealOpen = true;
        await SeatRunTests.UntilAsync(() => bench.Loop.Totals.Paid == LeaseLoop.HeldPerPlace + 3);
    }

    [Fact]
    public async Task Run_saysOnceThatNoSeatIsDrawn()
    {
        await using var bench = new MinerBench();
        bench.Start();

        await bench.Reporter.WaitAsync("idle");
        await SeatRunTests.UntilAsync(() => bench.Coordinator.Count("POST", "/v1/leases") >= 4);

        Assert.Single(bench.Reporter.Kinds, kind => kind == "idle");
    }

    [Fact]
    public async Task Run_tellsTheKeeperIfTheDeviceIsNotEligible()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RefuseLeases(new Problem("/problems/DeviceNotEligible", "The device has expired.", 403, ProblemCodes.DeviceNotEligible, null, null, "Refresh it."));
        bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await SeatRunTests.UntilAsync(() => bench.Doubts.Count >= 2);

        bench.Coordinator.RefuseLeases(null);

        await bench.Reporter.WaitAsync("paid");
        Assert.All(bench.Doubts, doubt => Assert.Equal("Refresh it.", doubt.Remedy));
    }

    [Fact]
    public async Task Run_declinesALetterOfAnotherSigner()
    {
        await using var bench = new MinerBench();
        using Secp256k1PrivateKey stranger = Secp256k1PrivateKey.Create();
        Workload workload = Network.Workload();
        await DeclinesAsync(bench, bench.Network.Letter(Network.TaskOf(workload), signer: stranger), workload, LetterRefusal.SignatureInvalid);
    }

    [Fact]
    public async Task Run_declinesALetterOfAnotherChain()
    {
        await using var bench = new MinerBench();
        Workload workload = Network.Workload();
        NetworkDomain foreign = bench.Network.Domain with { ChainId = 1 };
        await DeclinesAsync(bench, bench.Network.Letter(Network.TaskOf(workload), domain: foreign), workload, LetterRefusal.SignatureInvalid);
    }

    [Fact]
    public async Task Run_declinesAModelTheCoordinatorDoesNotOffer()
    {
        await using var bench = new MinerBench();
        Workload workload = Network.Workload(model: Network.RandomHash());
        await DeclinesAsync(bench, bench.Network.Letter(Network.TaskOf(workload)), workload, LetterRefusal.ModelUnavailable);
    }

    [Fact]
    public async Task Run_declinesAWorkloadThatNeedsMoreMemoryThanTheMachineGives()
    {
        await using var bench = new MinerBench(engine: EngineOptions.Default with { MaxMemoryBytes = 1 });
        Workload workload = Network.Workload();
        await DeclinesAsync(bench, bench.Network.Letter(Network.TaskOf(workload)), workload, LetterRefusal.TooLargeForThisMachine);
    }

    [Fact]
    public async Task Drain_finishesWhatIsBegunAndTakesNothingNew()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RevealOpen = false;
        bench.Coordinator.SettleAtOnce = false;
        StandInSeat begun = bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("committed");

        await bench.AskToDrainAsync();
        StandInSeat late = bench.Coordinator.Add(Network.Workload(seed: 5), 1);
        bench.Coordinator.RevealOpen = true;
        await bench.Ended();

        Assert.Equal(SeatPhase.Revealed, begun.Phase);
        Assert.Single(bench.Reporter.Kinds, kind => kind == "leased");
        Assert.Null(late.Commitment);
        Assert.Equal(1, bench.Loop.Totals.Unsettled);
    }

    [Fact]
    public async Task Drain_returnsSeatsThatWaitForTheDevice()
    {
        await using var bench = new MinerBench();
        Task holding = await bench.HoldDeviceAsync();
        bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("leased");

        await bench.DrainAsync();

        Assert.Contains("returned", bench.Reporter.Kinds);
        Assert.Equal(SeatTotals.None, bench.Loop.Totals);
        bench.Device.Release();
        await holding;
    }

    [Fact]
    public async Task Abort_endsAtOnceAndCountsWhatWasCutShort()
    {
        await using var bench = new MinerBench();
        bench.Coordinator.RevealOpen = false;
        bench.Coordinator.Add(Network.Workload());
        bench.Start();
        await bench.Reporter.WaitAsync("committed");

        await bench.AbortAsync();

        Assert.Equal(1, bench.Loop.Totals.Abandoned);
        Assert.Contains("1 abandoned", MinerEvents.Stopped(bench.Loop.Totals).Sentence, StringComparison.Ordinal);
    }

    private static void Add(MinerBench bench, int seats)
    {
        for (uint i = 0; i < seats; i++)
        {
            bench.Coordinator.Add(Network.Workload(seed: i + 1), i);
        }
    }

    private static async Task DeclinesAsync(MinerBench bench, SeatLetter letter, Workload workload, LetterRefusal expected)
    {
        StandInSeat seat = bench.Coordinator.Add(letter, workload);
        bench.Coordinator.LeaseAgain = true;
        bench.Start();

        MinerEvent declined = await bench.Reporter.WaitAsync("declined");
        await SeatRunTests.UntilAsync(() => seat.TimesLeased >= 3);

        Assert.Contains(declined.Facts, fact => fact == new Fact("code", expected.ToString()));
        Assert.NotNull(declined.Remedy);
        Assert.Equal(0, bench.Coordinator.Count("POST", "/v1/commitments"));
        if (expected is not (LetterRefusal.ModelUnavailable or LetterRefusal.TooLargeForThisMachine))
        {
            Assert.Single(bench.Reporter.Kinds, kind => kind == "declined");
        }
    }
}
