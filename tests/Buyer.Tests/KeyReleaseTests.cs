using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Buyer.Tests;

public sealed class KeyReleaseTests
{
    [Fact]
    public async Task Round_sealsTheContentKeyToADeviceThatTheChainVouchesFor()
    {
        using var bench = new ReleaseBench();
        using KeyRelease release = bench.Release();

        SeatRelease outcome = Assert.Single(await release.RoundAsync(TestContext.Current.CancellationToken));

        Assert.IsType<SeatRelease.Released>(outcome);
        Assert.Equal(bench.Letter.ToBytes(), Assert.Single(release.Released).ToBytes());
        EnvelopeRequest sent = Assert.Single(bench.Envelopes);
        var context = new EnvelopeContext(ReleaseBench.Domain, sent.TaskId, bench.Workload.Hash, bench.GpuId);
        Assert.True(bench.SeatKey.TryOpen(Hex.Decode(sent.Envelope), context, out ContentKey? opened, out _));
        Assert.Equal(bench.ContentKey.ToBytes(), opened.ToBytes());
        opened.Dispose();
    }

    [Fact]
    public async Task Round_leavesASeatAloneThatHasTheKey()
    {
        using var bench = new ReleaseBench();
        bench.Sent = new ConfidentialSeat("0x", "0x", Released: true);
        using KeyRelease release = bench.Release();

        Assert.Empty(await release.RoundAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Round_sealsAgainIfAProcessThatStartedAnewSaysAnotherKey()
    {
        using var bench = new ReleaseBench();
        using var secondKey = SeatKey.Create();
        using KeyRelease release = bench.Release();
        await release.RoundAsync(TestContext.Current.CancellationToken);
        bench.Statement = bench.Say(secondKey);

        Assert.IsType<SeatRelease.Released>(Assert.Single(await release.RoundAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(2, bench.Envelopes.Count);
    }

    [Fact]
    public async Task Round_refusesAKeyThatTheCoordinatorPutInTheEnclavesPlace()
    {
        using var bench = new ReleaseBench();
        using var ownKey = SeatKey.Create();
        bench.Statement = bench.Say(ownKey, signer: bench.Coordinator);

        await bench.RefusesAsync(ReleaseRefusalCode.StatementInvalid);
    }

    [Fact]
    public async Task Round_refusesAStatementOfAFormerEnclaveKeyThatIsReplayed()
    {
        using var bench = new ReleaseBench();
        using var registeredSince = Secp256k1PrivateKey.Create();
        bench.Device = bench.Device! with { Record = bench.Device.Record with { EnclaveKey = registeredSince.Address } };

        await bench.RefusesAsync(ReleaseRefusalCode.StatementInvalid);
    }

    [Fact]
    public async Task Round_refusesAStatementThatHasRunOut()
    {
        using var bench = new ReleaseBench();
        bench.Statement = bench.Say(bench.SeatKey, expiresAt: ReleaseBench.Now);

        await bench.RefusesAsync(ReleaseRefusalCode.StatementInvalid);
    }

    [Fact]
    public async Task Round_refusesAStatementOfAnotherSeatThatIsReplayed()
    {
        using var bench = new ReleaseBench();
        bench.Statement = bench.Say(bench.SeatKey, taskId: ReleaseBench.Hash("another task"));
        await bench.RefusesAsync(ReleaseRefusalCode.OtherSeat);

        bench.Statement = bench.Say(bench.SeatKey, gpuId: ReleaseBench.Hash("another gpu"));
        await bench.RefusesAsync(ReleaseRefusalCode.OtherSeat);
    }

    [Fact]
    public async Task Round_refusesADeviceWhoseEvidenceHasExpired()
    {
        using var bench = new ReleaseBench();
        bench.Device = bench.Device! with { Record = bench.Device.Record with { ValidUntil = ReleaseBench.Now } };

        await bench.RefusesAsync(ReleaseRefusalCode.DeviceExpired);
    }

    [Fact]
    public async Task Round_refusesARevokedOrRetiredDevice()
    {
        using var bench = new ReleaseBench();
        SeatDevice live = bench.Device!;
        bench.Device = live with { IsRevoked = true };
        await bench.RefusesAsync(ReleaseRefusalCode.DeviceRevoked);

        bench.Device = live with { Record = live.Record with { RevokedBlock = 5 } };
        await bench.RefusesAsync(ReleaseRefusalCode.DeviceRevoked);
    }

    [Fact]
    public async Task Round_refusesADeviceThatTheRegistryDoesNotKnow()
    {
        using var bench = new ReleaseBench();
        SeatDevice live = bench.Device!;
        bench.Device = null;
        await bench.RefusesAsync(ReleaseRefusalCode.DeviceUnknown);

        bench.Device = live with { Record = live.Record with { GpuId = ReleaseBench.Hash("another gpu") } };
        await bench.RefusesAsync(ReleaseRefusalCode.DeviceUnknown);
    }

    [Theory]
    [InlineData(LeastTrust.AttestedGpu, 2)]
    [InlineData(LeastTrust.MeasuredHost, 3)]
    [InlineData(LeastTrust.SgxKeyedHost, 4)]
    [InlineData(LeastTrust.SgxKeyedHost, 0)]
    public async Task Round_refusesATrustProfileWeakerThanDemanded(LeastTrust least, byte profile)
    {
        using var bench = new ReleaseBench();
        bench.Device = bench.Device! with { Profile = profile };

        await bench.RefusesAsync(ReleaseRefusalCode.TrustTooLow, least);
    }

    [Fact]
    public async Task Round_refusesToBelieveANodeThatLags()
    {
        using var bench = new ReleaseBench();
        bench.Device = bench.Device! with { BlockTime = ReleaseBench.Now - SeatJudge.MaxLagSeconds - 1 };

        await bench.RefusesAsync(ReleaseRefusalCode.ChainBehind);
    }

    [Fact]
    public async Task Round_refusesALetterThatTheContractsCoordinatorDidNotSign()
    {
        using var bench = new ReleaseBench();
        bench.Letter = bench.Sign(bench.Assignment(), signer: bench.EnclaveKey);
        await bench.RefusesAsync(ReleaseRefusalCode.LetterInvalid);

        bench.Letter = bench.Sign(bench.Assignment(), domain: ReleaseBench.Domain with { ChainId = 1 });
        await bench.RefusesAsync(ReleaseRefusalCode.LetterInvalid);
    }

    [Fact]
    public async Task Round_refusesALetterOfAnotherWorkload()
    {
        using var bench = new ReleaseBench();
        using var otherKey = ContentKey.Create();
        Workload other = otherKey.SealPrompt(new Workload(WorkloadType.Inference, "X8v0", ReleaseBench.Hash("model"), [1], 16, SamplingParameters.Greedy, 0, []));
        bench.Letter = bench.Sign(bench.Assignment(workload: other));

        await bench.RefusesAsync(ReleaseRefusalCode.OtherWorkload);
    }

    [Fact]
    public async Task Round_refusesWhenCommitmentsHaveClosed()
    {
        using var bench = new ReleaseBench();
        bench.Letter = bench.Sign(bench.Assignment(commitDeadline: ReleaseBench.Now));

        await bench.RefusesAsync(ReleaseRefusalCode.TooLate);
    }

    [Fact]
    public async Task Round_refusesASecondDeviceOnOneSeat()
    {
        using var bench = new ReleaseBench();
        using KeyRelease release = bench.Release();
        await release.RoundAsync(TestContext.Current.CancellationToken);
        Hash256 friend = ReleaseBench.Hash("a friend's gpu");
        bench.Letter = bench.Sign(bench.Assignment(gpuId: friend));
        bench.Statement = bench.Say(bench.SeatKey, gpuId: friend);
        bench.Device = bench.Device! with { Record = bench.Device.Record with { GpuId = friend } };

        SeatRelease outcome = Assert.Single(await release.RoundAsync(TestContext.Current.CancellationToken));

        Assert.Equal(ReleaseRefusalCode.SeatGivenTwice, Assert.IsType<SeatRelease.Refused>(outcome).Refusal.Code);
        Assert.Single(bench.Envelopes);
    }

    [Theory]
    [InlineData(2, 3, true)]
    [InlineData(3, 3, false)]
    [InlineData(4, 5, true)]
    [InlineData(5, 5, false)]
    [InlineData(6, 7, true)]
    [InlineData(255, 7, false)]
    public async Task Round_releasesToSeatsThatTheContractGivesTheTask(byte seat, int seats, bool released)
    {
        using var bench = new ReleaseBench { Seats = seats };
        bench.Letter = bench.Sign(bench.Assignment(seat));
        if (released)
        {
            Assert.IsType<SeatRelease.Released>(await bench.RoundAsync());
        }
        else
        {
            await bench.RefusesAsync(ReleaseRefusalCode.SeatUnknown);
        }
    }

    [Fact]
    public async Task Round_refusesWhatIsNoHexadecimalAndWhatIsCutShort()
    {
        using var bench = new ReleaseBench();
        bench.Sent = new ConfidentialSeat("letter", "0x00", false);
        await bench.RefusesAsync(ReleaseRefusalCode.Malformed);

        bench.Sent = new ConfidentialSeat(Hex.Encode(bench.Letter.ToBytes().AsSpan(1)), Hex.Encode(bench.Statement.ToBytes()), false);
        await bench.RefusesAsync(ReleaseRefusalCode.LetterInvalid);

        bench.Sent = new ConfidentialSeat(Hex.Encode(bench.Letter.ToBytes()), Hex.Encode(bench.Statement.ToBytes().AsSpan(1)), false);
        await bench.RefusesAsync(ReleaseRefusalCode.StatementInvalid);
    }

    [Fact]
    public async Task Round_tellsWhatTheCoordinatorDoesNotTake()
    {
        using var bench = new ReleaseBench();
        bench.PutRefusal = "SeatKeyReplaced: The seat says another key now.";

        Assert.Equal(ReleaseRefusalCode.CoordinatorRefused, Assert.IsType<SeatRelease.Refused>(await bench.RoundAsync()).Refusal.Code);
    }

    [Fact]
    public void KeyRelease_refusesAWorkloadThatIsNotUnderItsKey()
    {
        using var bench = new ReleaseBench();
        using var other = ContentKey.Create();

        Assert.Throws<ArgumentException>(() => new KeyRelease(bench.Workload, other, ReleaseBench.Domain, bench.Coordinator.Address, LeastTrust.MeasuredHost, bench, bench, bench));
    }
}
