using System.Collections.Immutable;
using System.Diagnostics;
using Ait.Chain;
using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Reporting;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Miner.Submission;

/// <summary>One seat from letter to pay: execute, commit, wait for the others, reveal, follow to settlement.</summary>
internal sealed class SeatRun
{
    private readonly SeatSurroundings _around;
    private readonly AcceptedSeat _seat;
    private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SeatRun(SeatSurroundings around, AcceptedSeat seat)
    {
        _around = around;
        _seat = seat;
    }

    /// <summary>Ends when the coordinator has the commitment: what is left is waiting for others. Never, if it comes to none.</summary>
    public Task Committed => _committed.Task;

    private Hash256 TaskId => _seat.TaskId;

    /// <param name="draining">No new work is begun; what is begun goes on to its reveal.</param>
    /// <param name="cancellation">Stop at once.</param>
    public async Task<SeatEnding> RunAsync(CancellationToken draining, CancellationToken cancellation)
    {
        Report(MinerEvents.Leased(_seat));
        var prompt = new PromptOpening(_around, _seat, AskAsync);
        (SealedResult? result, SeatEnding? ending) = await ExecuteAsync(prompt, draining, cancellation).ConfigureAwait(false);
        if (result is null)
        {
            return ending ?? throw new UnreachableException();
        }

        try
        {
            SeatEnding submitted = await SubmitAsync(result, draining, cancellation).ConfigureAwait(false);
            if (submitted is SeatEnding.Paid && result.State is Hash256 state)
            {
                await HandInAsync(state, draining, cancellation).ConfigureAwait(false);
            }

            return submitted;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new SeatEnding.Abandoned();
        }
    }

    private async Task<(SealedResult? Result, SeatEnding? Ending)> ExecuteAsync(PromptOpening prompt, CancellationToken draining, CancellationToken cancellation)
    {
        TimeSpan left = _seat.CommitBy - _around.Clock.GetUtcNow();
        using var late = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _around.Clock);
        using var running = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(running.Token, draining);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(running.Token);
        Task keepAlive = KeepAliveAsync(done.Token);
        try
        {
            ModelOutcome outcome = await _around.Models.GetAsync(_seat.Workload.ModelDigest, waiting.Token).ConfigureAwait(false);
            if (outcome is not ModelOutcome.Ready ready)
            {
                var unavailable = (ModelOutcome.Unavailable)outcome;
                Report(MinerEvents.Declined(TaskId, LetterRefusal.ModelUnavailable, unavailable.Problem) with { Remedy = unavailable.Remedy });
                return (null, new SeatEnding.Unpaid());
            }

            DurationRange payable = await _around.Durations.OfAsync(_seat.Workload.Type, _seat.Letter.Assignment.MiningTask.ComputeUnits, waiting.Token).ConfigureAwait(false);
            if (_seat.Workload.Training is { } terms)
            {
                (ExecutedWorkload? trained, SeatEnding? untrained) = await TrainAsync(ready.Model, terms, payable, waiting.Token, running.Token).ConfigureAwait(false);
                return (trained is null ? null : Seal(trained, contentKey: null), untrained);
            }

            PromptOutcome opened = await prompt.OpenAsync(waiting.Token).ConfigureAwait(false);
            if (opened is not PromptOutcome.Open open)
            {
                var closed = (PromptOutcome.Closed)opened;
                Report(MinerEvents.Declined(TaskId, closed.Refusal, closed.Problem));
                return (null, new SeatEnding.Unpaid());
            }

            using ContentKey? contentKey = open.Key;
            ExecutedWorkload executed = await _around.Executor.RunAsync(ready.Model, open.Plain, payable, waiting.Token, running.Token).ConfigureAwait(false);
            return (Seal(executed, contentKey), null);
        }
        catch (EngineRefusedException refused)
        {
            // About this machine, not about the workload: other seats may well have a result, so there is none to sign here.
            Report(MinerEvents.Declined(TaskId, LetterRefusal.TooLargeForThisMachine, _seat.Workload.Confidential is null ? refused.Refusal.ToString() : refused.Refusal.Code.ToString()));
            return (null, new SeatEnding.Unpaid());
        }
        catch (OperationCanceledException)
        {
            if (cancellation.IsCancellationRequested)
            {
                return (null, new SeatEnding.Abandoned());
            }

            if (late.IsCancellationRequested)
            {
                Report(prompt.IsWaiting ? MinerEvents.Declined(TaskId, LetterRefusal.KeyNotReleased, "commitments closed before the key came") : MinerEvents.TooLate(TaskId));
                return (null, new SeatEnding.Unpaid());
            }

            Report(MinerEvents.Returned(TaskId));
            return (null, new SeatEnding.Returned());
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await keepAlive.ConfigureAwait(false);
        }
    }

    /// <summary>The result as it may be handed in: of a confidential prompt sealed as well, and nothing is reported of what it says.</summary>
    private SealedResult Seal(ExecutedWorkload executed, ContentKey? contentKey)
    {
        if (contentKey is null)
        {
            Report(MinerEvents.Executed(TaskId, executed, _seat.Workload.Type));
            return SealedResult.Seal(_seat, executed.Encoded, executed.DurationMillis, _around.Domain, _around.OperatorAccount, _around.Key, executed.State);
        }

        Report(MinerEvents.ExecutedConfidentially(TaskId, executed.DurationMillis));
        ImmutableArray<byte> answer = [.. contentKey.SealAnswer(_seat.Workload, executed.Encoded.AsSpan())];
        return SealedResult.Seal(_seat, answer, executed.DurationMillis, _around.Domain, _around.OperatorAccount, _around.Key);
    }

    /// <summary>What is paid stays so: neither a stop nor an end takes it back, they only leave the checkpoint to the other seats.</summary>
    private async Task HandInAsync(Hash256 state, CancellationToken draining, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(draining, cancellation);
        try
        {
            await Task.Delay(_around.Timing.HandInStagger * _seat.Letter.Assignment.Seat, _around.Clock, either.Token).ConfigureAwait(false);
            await _around.Checkpoints.HandInAsync(TaskId, state, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Report(MinerEvents.CheckpointUnreadable(state, exception.Message));
        }
    }

    private async Task<(ExecutedWorkload? Executed, SeatEnding? Ending)> TrainAsync(
        Model model, TrainingTerms terms, DurationRange payable, CancellationToken waiting, CancellationToken cancellation)
    {
        switch (WorkloadExecutor.PlanOf(_seat.Workload, terms, _around.Training))
        {
            case TrainingPlan.Ready { Parts: { Chunk.FirstStep: > 0 } parts }
                when await _around.Checkpoints.FetchAsync(terms.Parent, parts.Recipe.CheckpointLength, waiting).ConfigureAwait(false) is string problem:
                Report(MinerEvents.Declined(TaskId, LetterRefusal.ModelUnavailable, $"The chunk's parent is not at hand: {problem}.") with
                {
                    Remedy = "A miner that trained the chunk before hands it in once it is paid; or put it into the models folder, named by its digest.",
                });
                return (null, new SeatEnding.Unpaid());
            case TrainingPlan.Ready ready:
                return (await _around.Executor.TrainAsync(model, ready.Parts, _around.Training, _around.GpuId, payable, waiting, cancellation).ConfigureAwait(false), null);
            case TrainingPlan.Refused refused:
                return (await _around.Executor.RefuseAsync(refused.Outcome, _around.GpuId, payable, waiting, cancellation).ConfigureAwait(false), null);
            case TrainingPlan.Unavailable unavailable:
                Report(MinerEvents.Declined(TaskId, LetterRefusal.ModelUnavailable, unavailable.Problem) with { Remedy = unavailable.Remedy });
                return (null, new SeatEnding.Unpaid());
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Renews the lease while the seat waits for the device or runs.</summary>
    private async Task KeepAliveAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_around.Timing.KeepAlive, _around.Clock, cancellation).ConfigureAwait(false);
                // The answer does not matter: an ended lease comes back to this device, and outages are the commitment's to wait out.
                await _around.Looks.AskAsync(TaskId, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task<SeatEnding> SubmitAsync(SealedResult result, CancellationToken draining, CancellationToken cancellation)
    {
        Reply<SeatResponse> reply = await AskAsync(token => _around.Client.CommitAsync(TaskId, result.Commitment, token), cancellation).ConfigureAwait(false);
        if (reply is not Reply<SeatResponse>.Answered { Value: SeatResponse seat })
        {
            return Lost(reply);
        }

        _committed.TrySetResult();
        Report(MinerEvents.Committed(TaskId));
        bool revealed = false;
        SeatPhase phase = seat.Phase;
        for (int looks = 1; ; looks++)
        {
            switch (seat.Phase)
            {
                case SeatPhase.Settled:
                    Report(MinerEvents.Paid(seat));
                    return new SeatEnding.Paid(Amount.ReadWei(seat.PaidWei));
                case SeatPhase.Unpaid:
                    Report(MinerEvents.Unpaid(seat));
                    return new SeatEnding.Unpaid();
                case SeatPhase.Void:
                    Report(MinerEvents.Voided(seat));
                    return new SeatEnding.Unpaid();
                case SeatPhase.Revealed or SeatPhase.Agreed when draining.IsCancellationRequested:
                    return new SeatEnding.Revealed();
                case SeatPhase.Revealed or SeatPhase.Agreed:
                    break;

                // A coordinator that came back from an older copy of its ledger is told again what it was told.
                case SeatPhase.Open or SeatPhase.Leased:
                    reply = await AskAsync(token => _around.Client.CommitAsync(TaskId, result.Commitment, token), cancellation).ConfigureAwait(false);
                    if (reply is not Reply<SeatResponse>.Answered again)
                    {
                        return Lost(reply);
                    }

                    seat = again.Value;
                    break;
                default:
                    break;
            }

            if (seat is { Phase: SeatPhase.Committed, RevealOpen: true })
            {
                reply = await AskAsync(token => _around.Client.RevealAsync(result.Reveal(), token), cancellation).ConfigureAwait(false);
                if (reply is Reply<SeatResponse>.Answered opened)
                {
                    seat = opened.Value;
                    if (!revealed)
                    {
                        revealed = true;
                        Report(MinerEvents.Revealed(TaskId, result.ResultHash));
                    }

                    if (seat.Phase != SeatPhase.Committed)
                    {
                        phase = seat.Phase;
                        looks = 0;
                        continue;
                    }
                }
                else if (reply is not Reply<SeatResponse>.Refused { Refusal.Code: ProblemCodes.RevealNotOpen })
                {
                    return Lost(reply);
                }
            }

            await WaitAsync(revealed ? _around.Timing.UntilSettled : _around.Timing.UntilReveal, looks, revealed ? draining : cancellation, cancellation).ConfigureAwait(false);
            if (revealed && draining.IsCancellationRequested)
            {
                return new SeatEnding.Revealed();
            }

            reply = await AskAsync(token => _around.Looks.AskAsync(TaskId, token), cancellation).ConfigureAwait(false);
            if (reply is not Reply<SeatResponse>.Answered looked)
            {
                return Lost(reply);
            }

            seat = looked.Value;
            if (seat.Phase != phase)
            {
                phase = seat.Phase;
                looks = 0;
            }
        }
    }

    /// <summary>Waits; <paramref name="interrupt"/> cuts the wait short without ending the seat.</summary>
    private async Task WaitAsync(Backoff interval, int looks, CancellationToken interrupt, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupt, cancellation);
        try
        {
            await Task.Delay(interval.After(Math.Max(1, looks)), _around.Clock, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Asks patiently; while the coordinator does not (yet) see the device as registered, that is looked into and the question repeated.</summary>
    private async Task<Reply<T>> AskAsync<T>(Func<CancellationToken, Task<Reply<T>>> question, CancellationToken cancellation)
    {
        var deadline = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(_seat.Letter.Assignment.MiningTask.Deadline, int.MaxValue));
        for (int refusals = 1; ; refusals++)
        {
            Reply<T> reply = await _around.Patience.AskAsync(question, cancellation).ConfigureAwait(false);
            if (reply is not Reply<T>.Refused { Refusal: { Code: ProblemCodes.DeviceNotEligible or ProblemCodes.EvidenceMissing or ProblemCodes.NotAuthorized } refusal } || _around.Clock.GetUtcNow() >= deadline)
            {
                return reply;
            }

            _around.NotEligible(refusal);
            await Task.Delay(_around.Timing.UntilEligible.After(refusals), _around.Clock, cancellation).ConfigureAwait(false);
        }
    }

    private SeatEnding.Unpaid Lost(Reply<SeatResponse> reply)
    {
        Report(MinerEvents.Lost(TaskId, ((Reply<SeatResponse>.Refused)reply).Refusal));
        return new SeatEnding.Unpaid();
    }

    private void Report(MinerEvent happened) => _around.Reporter.Report(happened);
}
