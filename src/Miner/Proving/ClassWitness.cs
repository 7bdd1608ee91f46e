using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Engine;
using Ait.Miner.Evidencing;
using Ait.Miner.Keys;
using Ait.Miner.Reporting;
using Ait.Miner.Submission;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Proving;

/// <summary>
/// Witnesses the challenges that this device was drawn for: gives a nonce, clocks the answer, has places opened and checks them, and brings
/// a signed statement to the contract. Draws the witnesses of a challenge whose device leaves them undrawn.
/// </summary>
internal sealed class ClassWitness
{
    /// <summary>Blocks that the challenged device has for itself to draw its witnesses.</summary>
    private const ulong DrawGrace = 10;

    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);

    /// <summary>On the way of the answer: a late one is a failure by its duration, an absent one by this.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    private readonly IChallengeContracts _contracts;
    private readonly IChallengeMail _mail;
    private readonly EnclaveKey _key;
    private readonly Hash256 _gpuId;
    private readonly ulong _chainId;
    private readonly Backoff _backoff;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<ulong, Task> _working = new();

    public ClassWitness(
        IChallengeContracts contracts, IChallengeMail mail, EnclaveKey key, Hash256 gpuId, ulong chainId, Backoff backoff, IReporter reporter, TimeProvider clock)
    {
        _contracts = contracts;
        _mail = mail;
        _key = key;
        _gpuId = gpuId;
        _chainId = chainId;
        _backoff = backoff;
        _reporter = reporter;
        _clock = clock;
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (int failures = 0; !cancellation.IsCancellationRequested;)
        {
            try
            {
                await RoundAsync(cancellation).ConfigureAwait(false);
                failures = 0;
            }
            catch (ChainAwayException)
            {
                // Whoever keeps the registration says so; this only waits longer.
                failures++;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }

            await Task.Delay(failures == 0 ? s_poll : _backoff.After(failures), _clock, cancellation)
                .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }

        await Task.WhenAll(_working.Values).ConfigureAwait(false);
    }

    /// <summary>Looks at what is open, and begins what is this device's to do.</summary>
    public async Task RoundAsync(CancellationToken cancellation)
    {
        foreach (ClassChallenge challenge in await _contracts.ListOpenAsync(cancellation).ConfigureAwait(false))
        {
            int witness = challenge.Witnesses.IndexOf(_gpuId);
            if (challenge.IsDrawable(DrawGrace))
            {
                await _contracts.DrawWitnessesAsync(challenge.Id, cancellation).ConfigureAwait(false);
            }
            else if (witness >= 0 && !challenge.HasSpoken(witness) && !_working.ContainsKey(challenge.Id))
            {
                _working[challenge.Id] = WitnessAsync(challenge, (byte)witness, cancellation);
            }
        }
    }

    /// <summary>Watches one run and says what it saw; null where it saw nothing that says anything of the device.</summary>
    public async Task<ClassStatement?> ExamineAsync(ClassChallenge challenge, CancellationToken cancellation)
    {
        MailOutcome ready = await _mail.WaitAsync(challenge.Id, challenge.GpuId, ChallengeScript.Ready, challenge.AnswerTimeLeft, cancellation).ConfigureAwait(false);
        if (ready.Content is null)
        {
            return ready.WasReached ? Say(challenge, Hash256.Zero, Hash256.Zero, false, TimeSpan.Zero) : null;
        }

        var nonce = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size));
        long begun = _clock.GetTimestamp();
        if (!await _mail.PutAsync(challenge.Id, challenge.GpuId, ChallengeScript.Nonce, nonce.ToArray(), ChallengeScript.Patience, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        MailOutcome message = await _mail.WaitAsync(challenge.Id, challenge.GpuId, ChallengeScript.Answer, challenge.Deadline + s_grace, cancellation).ConfigureAwait(false);
        TimeSpan duration = _clock.GetElapsedTime(begun);
        if (message.Content is null && !message.WasReached)
        {
            return null;
        }

        Hash256? answer = ChallengeScript.ReadAnswer(message.Content);
        bool isCorrect = answer is { } link && duration <= challenge.Deadline
            && await IsCorrectAsync(challenge, ClassStatement.SeedOf(challenge.Id, challenge.Record.Seed, _gpuId, nonce), link, cancellation).ConfigureAwait(false);
        return Say(challenge, nonce, answer ?? Hash256.Zero, isCorrect, duration);
    }

    private ClassStatement Say(ClassChallenge challenge, Hash256 nonce, Hash256 answer, bool isCorrect, TimeSpan duration) => new(
        challenge.Id, challenge.GpuId, _gpuId, nonce, answer, isCorrect, (uint)Math.Min(Math.Ceiling(duration.TotalMilliseconds), uint.MaxValue));

    private async Task<bool> IsCorrectAsync(ClassChallenge challenge, Hash256 seed, Hash256 answer, CancellationToken cancellation)
    {
        byte[]? roots = await ChallengeScript.WaitAsync(
            _mail, challenge.Id, challenge.GpuId, ChallengeScript.Roots, challenge.Terms.RootsBytes, cancellation).ConfigureAwait(false);
        if (roots is null || !ChainCheck.TryRead(challenge.Terms, new Digest(seed.ToArray()), new Digest(answer.ToArray()), roots, out ChainCheck? check, out _))
        {
            return false;
        }

        byte[] coins = RandomNumberGenerator.GetBytes(Digest.Size);
        if (!await _mail.PutAsync(challenge.Id, challenge.GpuId, ChallengeScript.Coins, coins, ChallengeScript.Patience, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        int number = ChallengeScript.Roots + ChallengeMessageResponse.MessagesFor(roots.Length);
        ImmutableArray<ChainPlace> places = check.Draw(new Digest(coins), ChallengeScript.Places);
        foreach (ChainPlace place in places)
        {
            byte[]? opening = await ChallengeScript.WaitAsync(_mail, challenge.Id, challenge.GpuId, number, challenge.Terms.OpeningBytes, cancellation).ConfigureAwait(false);
            number += ChallengeMessageResponse.MessagesFor(challenge.Terms.OpeningBytes);

            // The projections of each place are drawn once its opening is here: nobody could fit it to them.
            if (opening is null
                || !await Task.Run(() => check.TryVerify(place, opening, new Digest(RandomNumberGenerator.GetBytes(Digest.Size)), out _), cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async Task WitnessAsync(ClassChallenge challenge, byte witness, CancellationToken cancellation)
    {
        try
        {
            if (await ExamineAsync(challenge, cancellation).ConfigureAwait(false) is not { } statement)
            {
                return;
            }

            _reporter.Report(ChallengeEvents.Witnessed(statement, challenge.Deadline));
            for (int failures = 1; ; failures++)
            {
                try
                {
                    ClassStatementRecord record = _key.SignClassStatement(
                        statement, witness, _chainId, await _contracts.GetChallengeRegistryAsync(cancellation).ConfigureAwait(false));
                    TransactionOutcome outcome = await _contracts.SubmitStatementAsync(challenge.Id, record, cancellation).ConfigureAwait(false);

                    // Two others may have decided before: then this one is not needed.
                    if (outcome is not TransactionOutcome.Refused { Refusal: { IsTransient: true } refusal })
                    {
                        return;
                    }

                    _reporter.Report(DeviceEvents.Waiting(refusal));
                }
                catch (ChainAwayException)
                {
                    // Tried again for as long as the challenge lives.
                }

                await Task.Delay(_backoff.After(failures), _clock, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The process ends; the other witnesses decide.
        }
    }
}
