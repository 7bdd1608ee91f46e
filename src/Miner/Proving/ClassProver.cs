using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Engine;
using Ait.Miner.Evidencing;
using Ait.Miner.Execution;
using Ait.Miner.Reporting;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Proving;

/// <summary>
/// Proves the class of a device without evidence of its GPU: opens a challenge when it registers and in time before the last proof ends,
/// and answers its witnesses one after the other, since each run takes the whole memory.
/// </summary>
internal sealed class ClassProver
{
    /// <summary>The contract counts a proof for a day: a new one each half, so that a bad hour costs nothing.</summary>
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromHours(12);
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);
    /// <summary>The device stands still meanwhile.</summary>
    private static readonly TimeSpan s_noncePatience = TimeSpan.FromSeconds(20);
    private readonly IChallengeContracts _contracts;
    private readonly IChallengeMail _mail;
    private readonly WorkloadExecutor _executor;
    private readonly Hash256 _gpuId;
    private readonly Action _suspended;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private readonly HashSet<(ulong ChallengeId, int Witness)> _answered = [];
    private ulong _told;
    private int _turn;

    /// <param name="contracts">The chain.</param>
    /// <param name="mail">To the witnesses.</param>
    /// <param name="executor">The device, which a run has for itself.</param>
    /// <param name="gpuId">This device.</param>
    /// <param name="suspended">Told when the device is out.</param>
    /// <param name="reporter">Where events go.</param>
    /// <param name="clock">The time.</param>
    public ClassProver(
        IChallengeContracts contracts, IChallengeMail mail, WorkloadExecutor executor, Hash256 gpuId, Action suspended, IReporter reporter, TimeProvider clock)
    {
        _contracts = contracts;
        _mail = mail;
        _executor = executor;
        _gpuId = gpuId;
        _suspended = suspended;
        _reporter = reporter;
        _clock = clock;
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Rounds.RunAsync(
        RoundAsync,
        exception =>
        {
            _reporter.Report(DeviceEvents.Waiting(new ContractRefusal("ChainAway", $"The chain's node does not answer: {exception.Message}", "The miner keeps trying; check --rpc if this lasts.", IsTransient: true)));
            return s_retry;
        },
        _clock,
        cancellation);

    /// <summary>One step of what is to be done; how long nothing is.</summary>
    public async Task<TimeSpan> RoundAsync(CancellationToken cancellation)
    {
        ProofState state = await _contracts.LookAsync(_gpuId, cancellation).ConfigureAwait(false);
        if (!state.IsDemanded)
        {
            return s_idle;
        }

        Tell(state);
        if (state.IsOut)
        {
            _suspended();
            return s_idle;
        }

        TimeSpan left = state.ProvenUntil - state.SeenAt - s_renewBefore;
        if (left > TimeSpan.Zero)
        {
            return left < s_idle ? left : s_idle;
        }

        return state.Latest switch
        {
            { IsOpen: true, IsDrawn: true } open => await AnswerAsync(open, cancellation).ConfigureAwait(false),
            { IsOpen: true } open => open.IsDrawable(0) ? await SendAsync(_contracts.DrawWitnessesAsync(open.Id, cancellation)).ConfigureAwait(false) : s_poll,
            _ => await SendAsync(_contracts.OpenChallengeAsync(_gpuId, cancellation)).ConfigureAwait(false),
        };
    }

    /// <summary>Sends one transaction; one that was refused is told and tried again later.</summary>
    private async Task<TimeSpan> SendAsync(Task<TransactionOutcome> sending)
    {
        if (await sending.ConfigureAwait(false) is not TransactionOutcome.Refused { Refusal: ContractRefusal refusal })
        {
            return s_poll;
        }

        // Someone else drew first: that is as good.
        if (refusal.Code == "WitnessesAlreadyDrawn")
        {
            return s_poll;
        }

        _reporter.Report(DeviceEvents.Waiting(refusal));
        return s_retry;
    }

    private void Tell(ProofState state)
    {
        if (state.Latest is { Record.Verdict: not ChallengeVerdict.None } latest && latest.Id != _told)
        {
            _told = latest.Id;
            _reporter.Report(ChallengeEvents.Decided(latest, state.ProvenUntil));
        }
    }

    /// <summary>Answers the witnesses that have not been answered, for as long as there is no verdict.</summary>
    private async Task<TimeSpan> AnswerAsync(ClassChallenge challenge, CancellationToken cancellation)
    {
        // In turn, so that one who is not there does not keep the others waiting.
        int first = _turn++;
        for (int i = 0; i < challenge.Witnesses.Length; i++)
        {
            int witness = (first + i) % challenge.Witnesses.Length;
            if (challenge.HasSpoken(witness) || _answered.Contains((challenge.Id, witness)))
            {
                continue;
            }

            if (await AnswerAsync(challenge, challenge.Witnesses[witness], cancellation).ConfigureAwait(false))
            {
                _answered.Add((challenge.Id, witness));
            }

            // Two statements decide: look before the third run.
            return s_poll;
        }

        return s_poll;
    }

    /// <summary>One run for one witness. False if the witness is not there.</summary>
    private async Task<bool> AnswerAsync(ClassChallenge challenge, Hash256 witness, CancellationToken cancellation)
    {
        if (!await _mail.PutAsync(challenge.Id, witness, ChallengeScript.Ready, new byte[1], ChallengeScript.Patience, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        return await _executor.RunAloneAsync(
            async options =>
            {
                // The device is free by now: the nonce that starts the clock is asked for only then.
                MailOutcome nonce = await _mail.WaitAsync(challenge.Id, witness, ChallengeScript.Nonce, s_noncePatience, cancellation).ConfigureAwait(false);
                if (nonce.Content is not { Length: Hash256.Size } content)
                {
                    return false;
                }

                Hash256 seed = ClassStatement.SeedOf(challenge.Id, challenge.Record.Seed, witness, new Hash256(content));
                long begun = _clock.GetTimestamp();
                (ClassChain? chain, EngineRefusal? refusal) = await Task.Run(
                    () => TryRun(challenge.Terms, new Digest(seed.ToArray()), options, cancellation), cancellation).ConfigureAwait(false);
                TimeSpan taken = _clock.GetElapsedTime(begun);
                byte[] answer = chain is not null ? ChallengeScript.AnswerOf(chain.Answer.ToBytes()) : ChallengeScript.CannotAnswer();
                bool delivered = await _mail.PutAsync(challenge.Id, witness, ChallengeScript.Answer, answer, ChallengeScript.Patience, cancellation).ConfigureAwait(false);
                if (chain is not null || refusal is not null)
                {
                    _reporter.Report(ChallengeEvents.Answered(challenge, witness, taken, refusal));
                }

                if (delivered && chain is not null)
                {
                    await OpenAsync(challenge, witness, chain, cancellation).ConfigureAwait(false);
                }

                return true;
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>The chain, or why there is none; a driver that gives up is told apart from terms that do not fit.</summary>
    private (ClassChain? Chain, EngineRefusal? Refusal) TryRun(ChallengeTerms terms, Digest seed, EngineOptions options, CancellationToken cancellation)
    {
        try
        {
            return ClassChain.TryRun(terms, seed, options, cancellation, out ClassChain? chain, out EngineRefusal? refusal) ? (chain, null) : (null, refusal);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _reporter.Report(MinerEvents.Failed("The run of the class challenge", exception));
            return (null, null);
        }
    }

    /// <summary>Shows the roots that the answer commits to, then the places that the witness draws.</summary>
    private async Task OpenAsync(ClassChallenge challenge, Hash256 witness, ClassChain chain, CancellationToken cancellation)
    {
        if (!await ChallengeScript.PutAsync(_mail, challenge.Id, witness, ChallengeScript.Roots, chain.Roots, cancellation).ConfigureAwait(false))
        {
            return;
        }

        MailOutcome coins = await _mail.WaitAsync(challenge.Id, witness, ChallengeScript.Coins, ChallengeScript.Patience, cancellation).ConfigureAwait(false);
        if (coins.Content is not { Length: Digest.Size } drawn
            || !ChainCheck.TryRead(challenge.Terms, chain.Seed, chain.Answer, chain.Roots.Span, out ChainCheck? check, out _))
        {
            return;
        }

        int number = ChallengeScript.Roots + ChallengeMessageResponse.MessagesFor(challenge.Terms.RootsBytes);
        ImmutableArray<ChainPlace> places = check.Draw(new Digest(drawn), ChallengeScript.Places);
        foreach (ChainPlace place in places)
        {
            byte[] opening = await Task.Run(() => chain.Open(place), cancellation).ConfigureAwait(false);
            if (!await ChallengeScript.PutAsync(_mail, challenge.Id, witness, number, opening, cancellation).ConfigureAwait(false))
            {
                return;
            }

            number += ChallengeMessageResponse.MessagesFor(opening.Length);
        }
    }
}
