using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Miner.Evidencing;
using Ait.Miner.Keys;
using Ait.Miner.Proving;
using Ait.Miner.Reporting;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Proving;

public sealed class AttendanceKeeperTests : IDisposable
{
    private const ulong ChainId = 31337;
    private static readonly Hash256 s_device = Keccak256.Hash("device"u8);
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private readonly StandInAttendance _chain = new();
    private readonly RecordingReporter _reporter = new();
    private readonly EnclaveKey _key = EnclaveKey.Create();
    private int _lapsed;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task Round_doesNothingWhereNobodyCountsAbsences()
    {
        Assert.True(await Keeper().RoundAsync(Cancellation) > TimeSpan.FromMinutes(1));

        Assert.Empty(_chain.Proofs);
        Assert.Empty(_reporter.Events);
    }

    [Theory]
    [InlineData(0U, false)]
    [InlineData(2U, false)]
    [InlineData(3U, true)]
    [InlineData(9U, true)]
    public async Task Round_provesLifeOnceAsManyAbsencesAreReportedAsSuspend(uint absences, bool proves)
    {
        _chain.State = Attended(absences, null);
        await Keeper().RoundAsync(Cancellation);

        Assert.Equal(proves ? 1 : 0, _chain.Proofs.Count);
        Assert.Equal(proves ? ["present"] : Array.Empty<string>(), _reporter.Kinds);
    }

    [Fact]
    public async Task Round_signsARecentBlockWithTheEnclaveKey()
    {
        _chain.State = Attended(3, null);
        await Keeper().RoundAsync(Cancellation);

        SignedLife life = Assert.Single(_chain.Proofs);
        Assert.Equal((s_device, StandInAttendance.Block.Number, StandInAttendance.Block.Hash), (life.Proof.GpuId, life.Proof.BlockNumber, life.Proof.BlockHash));
        Assert.True(Secp256k1.TryRecover(life.Proof.Digest(ChainId, StandInAttendance.Registry), life.Signature, out Address signer));
        Assert.Equal(_key.Address, signer);
    }

    [Fact]
    public async Task Round_tellsOfASuspensionWithItsRemedyAndWaits()
    {
        _chain.State = Attended(3, s_now.AddHours(5));
        AttendanceKeeper keeper = Keeper();
        await keeper.RoundAsync(Cancellation);
        await keeper.RoundAsync(Cancellation);

        Assert.Empty(_chain.Proofs);
        MinerEvent told = Assert.Single(_reporter.Events);
        Assert.Equal(("suspended", Severity.Error), (told.Kind, told.Severity));
        Assert.Contains(s_now.AddHours(5).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), told.Sentence, StringComparison.Ordinal);
        Assert.Contains("Keep this miner running", told.Remedy, StringComparison.Ordinal);
        Assert.Contains("Keep this miner running", MinerStatus.Beginning.With(told, s_now).Obstacle, StringComparison.Ordinal);

        _chain.State = _chain.State with { SeenAt = s_now.AddHours(1) };
        await keeper.RoundAsync(Cancellation);
        Assert.Equal(["suspended", "suspended"], _reporter.Kinds);
    }

    [Fact]
    public async Task Round_provesLifeOnceTheCooldownIsOver()
    {
        _chain.State = Attended(3, s_now);
        await Keeper().RoundAsync(Cancellation);

        Assert.Single(_chain.Proofs);
        Assert.Equal(["suspended", "resumed"], _reporter.Kinds);
    }

    [Theory]
    [InlineData("EvidenceLapsed", 1)]
    [InlineData("LifeSignatureInvalid", 1)]
    [InlineData("HostFull", 0)]
    public async Task Round_hasTheRegistrationLookedAtWhereThatIsWhatIsWrong(string code, int doubts)
    {
        _chain.State = Attended(3, null);
        _chain.Refusal = ContractRefusals.OfError(code, ["1", "2"]);
        await Keeper().RoundAsync(Cancellation);

        Assert.Equal(doubts, _lapsed);
        Assert.Equal(["waiting"], _reporter.Kinds);
    }

    private static AttendanceState Attended(uint absences, DateTimeOffset? resumableAt) => new(StandInAttendance.Registry, absences, 3, resumableAt, s_now);

    private AttendanceKeeper Keeper() => new(_chain, _key, s_device, ChainId, () => _lapsed++, _reporter, TimeProvider.System);
}
