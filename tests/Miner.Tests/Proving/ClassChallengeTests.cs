using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Keys;
using Ait.Miner.Proving;
using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Proving;

/// <summary>A device and a witness over a mail that a test may spoil; the chain of products is the true one, at a small size.</summary>
public sealed class ClassChallengeTests : IDisposable
{
    private const ulong ChainId = 31337;
    private static readonly Hash256 s_device = Keccak256.Hash("device"u8);
    private static readonly Hash256 s_witness = Keccak256.Hash("witness"u8);
    private static readonly ChallengeTermsRecord s_terms = new(4, 256, 32, 24, 120_000);
    private readonly StandInMail _mail = new();
    private readonly StandInChallenges _chain = new();
    private readonly RecordingReporter _reporter = new();
    private readonly EnclaveKey _key = EnclaveKey.Create();
    private readonly WorkloadExecutor _executor = new(EngineOptions.Default with { Threads = 1 }, TimeProvider.System);
    private Task _proving = Task.CompletedTask;
    private int _suspended;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _executor.Dispose();
        _key.Dispose();
    }

    // ---- a run

    [Fact]
    public async Task Examine_findsAnHonestAnswerRightAndInTime()
    {
        ClassStatement statement = await RunAsync(Drawn());

        Assert.True(statement.IsCorrect);
        Assert.InRange(statement.DurationMillis, 1U, s_terms.DeadlineMillis);
        Assert.Equal((1UL, s_device, s_witness), (statement.ChallengeId, statement.GpuId, statement.WitnessGpuId));

        // Nonce and answer are public: whoever has the memory computes the same.
        var seed = new Digest(ClassStatement.SeedOf(1, Drawn().Record.Seed, s_witness, statement.Nonce).ToArray());
        Assert.True(ClassChain.TryRun(Drawn().Terms, seed, EngineOptions.Default, Cancellation, out ClassChain? chain, out _));
        Assert.Equal(chain.Answer.ToBytes(), statement.Answer.ToArray());
    }

    [Theory]
    [InlineData(ChallengeScript.Answer)]
    [InlineData(ChallengeScript.Roots)]
    [InlineData(ChallengeScript.Roots + 1)]
    [InlineData(ChallengeScript.Roots + ChallengeScript.Places)]
    public async Task Examine_findsOneChangedBitAnywhereWrong(int message)
    {
        _mail.Carry = (from, number, content) =>
        {
            if (from == s_device && number == message)
            {
                content[^1] ^= 1;
            }

            return content;
        };

        Assert.False((await RunAsync(Drawn())).IsCorrect);
    }

    [Theory]
    [InlineData(ChallengeScript.Roots)]
    [InlineData(ChallengeScript.Roots + 3)]
    public async Task Examine_findsAnotherLengthWrong(int message)
    {
        _mail.Carry = (from, number, content) => from == s_device && number == message ? content[1..] : content;

        Assert.False((await RunAsync(Drawn())).IsCorrect);
    }

    [Fact]
    public async Task Examine_findsTheAnswerToAnotherNonceWrong()
    {
        _mail.Carry = (from, number, content) =>
        {
            if (from == s_witness && number == ChallengeScript.Nonce)
            {
                content[0] ^= 1;
            }

            return content;
        };

        Assert.False((await RunAsync(Drawn())).IsCorrect);
    }

    [Fact]
    public async Task Examine_checksNothingThatCameLate()
    {
        ClassStatement statement = await RunAsync(Drawn(s_terms with { DeadlineMillis = 0 }));

        Assert.False(statement.IsCorrect);
        Assert.True(statement.DurationMillis > 0);
        Assert.NotEqual(Hash256.Zero, statement.Answer);
    }

    [Fact]
    public async Task Examine_saysThatADeviceCannotWhenItSaysSoItself()
    {
        // A processor that claims an H100: the memory alone is beyond it.
        ClassStatement statement = await RunAsync(Drawn(new ChallengeTermsRecord(1024, 8192, 1024, 16384, 60_000)));

        Assert.False(statement.IsCorrect);
        Assert.Equal(Hash256.Zero, statement.Answer);
        Assert.NotEqual(Hash256.Zero, statement.Nonce);
        await _proving;
        Assert.Contains(_reporter.Events, happened => happened.Kind == "answered" && happened.Facts.Any(fact => fact.Name == "code" && (string?)fact.Text == "MemoryExceeded"));
    }

    [Fact]
    public async Task Examine_saysThatADeviceFailedThatAskedNobody()
    {
        ClassStatement? statement = await Witness().ExamineAsync(Drawn() with { SeenAt = DateTimeOffset.UnixEpoch.AddHours(1) }, Cancellation);

        Assert.Equal(new ClassStatement(1, s_device, s_witness, Hash256.Zero, Hash256.Zero, false, 0), statement);
    }

    [Fact]
    public async Task Examine_saysNothingWhereNobodyCarriesMessages()
    {
        _mail.IsReached = false;

        Assert.Null(await Witness().ExamineAsync(Drawn() with { SeenAt = DateTimeOffset.UnixEpoch.AddHours(1) }, Cancellation));
    }

    // ---- the device

    [Fact]
    public async Task Prover_opensThenDrawsThenWaits()
    {
        ClassProver prover = Prover();
        _chain.State = Demanded(null);
        await prover.RoundAsync(Cancellation);
        _chain.State = Demanded(Opened(seenBlock: 12));
        await prover.RoundAsync(Cancellation);
        Assert.Equal(["open"], _chain.Sent);
        _chain.State = Demanded(Opened(seenBlock: 13));
        await prover.RoundAsync(Cancellation);
        Assert.Equal(["open", "draw 1"], _chain.Sent);
    }

    [Fact]
    public async Task Prover_doesNothingWhereNothingIsAskedOrTheProofIsFresh()
    {
        ClassProver prover = Prover();
        await prover.RoundAsync(Cancellation);
        _chain.State = Demanded(null) with { ProvenUntil = DateTimeOffset.UnixEpoch.AddHours(13) };
        await prover.RoundAsync(Cancellation);
        Assert.Empty(_chain.Sent);

        _chain.State = Demanded(null) with { ProvenUntil = DateTimeOffset.UnixEpoch.AddHours(12) };
        await prover.RoundAsync(Cancellation);
        Assert.Equal(["open"], _chain.Sent);
    }

    [Fact]
    public async Task Prover_opensAnotherAfterAVoidOneAndSaysSoOnce()
    {
        ClassProver prover = Prover();
        _chain.State = Demanded(Decided(ChallengeVerdict.Void));
        await prover.RoundAsync(Cancellation);
        await prover.RoundAsync(Cancellation);

        Assert.Equal(["open", "open"], _chain.Sent);
        Assert.Equal(["unproven"], _reporter.Kinds);
    }

    [Fact]
    public async Task Prover_tellsThatItsDeviceIsSuspended()
    {
        _chain.State = Demanded(Decided(ChallengeVerdict.Failed)) with { IsOut = true };
        await Prover().RoundAsync(Cancellation);

        Assert.Empty(_chain.Sent);
        Assert.Equal(1, _suspended);
        Assert.Equal(["suspended"], _reporter.Kinds);
    }

    [Fact]
    public async Task Prover_tellsThatItsDeviceIsProven()
    {
        _chain.State = Demanded(Decided(ChallengeVerdict.Passed)) with { ProvenUntil = DateTimeOffset.UnixEpoch.AddHours(24) };
        await Prover().RoundAsync(Cancellation);

        Assert.Equal(["proven"], _reporter.Kinds);
    }

    // ---- the witness

    [Fact]
    public async Task Witness_submitsAStatementSignedWithItsEnclaveKey()
    {
        ClassChallenge challenge = OneLeft(Drawn());
        _chain.Open.Add(challenge);
        _chain.State = Demanded(challenge);
        ClassWitness witness = Witness();
        await witness.RoundAsync(Cancellation);
        await Prover().RoundAsync(Cancellation);
        ClassStatementRecord record = await _chain.Statement.Task.WaitAsync(TimeSpan.FromMinutes(5), Cancellation);

        Assert.Equal(1, record.Witness);
        var statement = new ClassStatement(1, s_device, s_witness, record.Nonce, record.Answer, record.IsCorrect, record.DurationMillis);
        Assert.True(Secp256k1.TryRecover(statement.Digest(ChainId, StandInChallenges.Registry), record.Signature, out Address signer));
        Assert.Equal(_key.Address, signer);
        Assert.True(record.IsCorrect);
    }

    [Fact]
    public async Task Witness_leavesWhatIsNotItsOwnOrDone()
    {
        _chain.Open.Add(Drawn() with { Witnesses = [s_device, s_device] });
        _chain.Open.Add(Drawn() with { Record = Drawn().Record with { Passes = 2 } });
        await Witness().RoundAsync(Cancellation);

        Assert.Empty(_chain.Sent);
    }

    [Fact]
    public async Task Witness_drawsForADeviceThatLeavesItsWitnessesUndrawn()
    {
        _chain.Open.Add(Opened(seenBlock: 22));
        await Witness().RoundAsync(Cancellation);
        Assert.Empty(_chain.Sent);

        _chain.Open[0] = Opened(seenBlock: 23);
        await Witness().RoundAsync(Cancellation);
        Assert.Equal(["draw 1"], _chain.Sent);
    }

    private static ClassChallenge Drawn(ChallengeTermsRecord? terms = null) => new(
        1,
        new ChallengeRecord(s_device, 5, 3, ChallengeVerdict.None, 0, 0, 0, 10, 6, Keccak256.Hash("seed block"u8), [0, 1], terms ?? s_terms),
        [Keccak256.Hash("the other witness"u8), s_witness],
        20,
        DateTimeOffset.UnixEpoch);

    private static ClassChallenge Opened(ulong seenBlock) =>
        Drawn() with { Record = Drawn().Record with { Seed = Hash256.Zero, Witnesses = [] }, Witnesses = [], SeenBlock = seenBlock };

    private static ClassChallenge Decided(ChallengeVerdict verdict) => Drawn() with { Record = Drawn().Record with { Verdict = verdict } };

    /// <summary>The other witness has spoken.</summary>
    private static ClassChallenge OneLeft(ClassChallenge challenge) => challenge with { Record = challenge.Record with { Passes = 1 } };

    private static ProofState Demanded(ClassChallenge? latest) => new(true, false, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, latest);

    private ClassWitness Witness() => new(_chain, _mail.Of(s_witness), _key, s_witness, ChainId, Backoff.Default, _reporter, TimeProvider.System);

    private ClassProver Prover() => new(_chain, _mail.Of(s_device), _executor, s_device, () => _suspended++, _reporter, TimeProvider.System);

    /// <summary>One run for the witness, which is the only one that has not spoken.</summary>
    private async Task<ClassStatement> RunAsync(ClassChallenge challenge)
    {
        challenge = OneLeft(challenge);
        _chain.State = Demanded(challenge);
        Task<ClassStatement?> examining = Witness().ExamineAsync(challenge, Cancellation);
        // A device whose message was spoiled may wait for a word that never comes: only who knows better waits for it.
        _proving = Prover().RoundAsync(Cancellation);
        return Assert.IsType<ClassStatement>(await examining);
    }
}
