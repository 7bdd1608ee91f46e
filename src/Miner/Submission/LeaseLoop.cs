using Ait.Chain;
using Ait.Miner.Reporting;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>
/// Asks for seats while there is room for more, and runs each to its end. A letter that comes twice is worked on once. A seat takes room until
/// it has committed: whoever keeps the others of a task waiting must not keep this device from the rest of its seats.
/// </summary>
internal sealed class LeaseLoop
{
    /// <summary>How many seats are held at most for each that may be worked on; a committed one is its result in memory and a question now and then.</summary>
    internal const int HeldPerPlace = 16;

    private const int MaxRemembered = 1024;
    private static readonly TimeSpan s_idleReminder = TimeSpan.FromMinutes(10);
    private readonly SeatSurroundings _around;
    private readonly LetterCheck _check;
    private readonly int _maxSeats;
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, HeldSeat> _held = [];
    private readonly HashSet<string> _declined = [];
    private SeatTotals _totals = SeatTotals.None;
    private DateTimeOffset _idleReported = DateTimeOffset.MinValue;

    public LeaseLoop(SeatSurroundings around, LetterCheck check, int maxSeats)
    {
        _around = around;
        _check = check;
        _maxSeats = maxSeats;
    }

    public SeatTotals Totals
    {
        get
        {
            lock (_lock)
            {
                return _totals;
            }
        }
    }

    /// <summary>Seats that have not ended.</summary>
    public int HeldSeats
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Runs until <paramref name="draining"/>, then until every begun seat has ended; <paramref name="cancellation"/> ends those at once.</summary>
    public async Task RunAsync(CancellationToken draining, CancellationToken cancellation)
    {
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(draining, cancellation);
        try
        {
            int fruitless = 0;
            while (!asking.IsCancellationRequested)
            {
                int room = await WaitForRoomAsync(asking.Token).ConfigureAwait(false);
                bool fruit = await AskAsync(room, draining, asking.Token, cancellation).ConfigureAwait(false);
                fruitless = fruit ? 0 : fruitless + 1;
                if (!fruit)
                {
                    await Task.Delay(_around.Timing.UntilEligible.After(fruitless), _around.Clock, asking.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            // Asked to stop: what is begun is finished below.
        }

        await Task.WhenAll(Held().Select(seat => seat.Ended)).ConfigureAwait(false);
    }

    private HeldSeat[] Held()
    {
        lock (_lock)
        {
            return [.. _held.Values];
        }
    }

    private async Task<int> WaitForRoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            HeldSeat[] held = Held();
            HeldSeat[] working = [.. held.Where(seat => !seat.Committed.IsCompleted)];
            int room = Math.Min(_maxSeats - working.Length, (_maxSeats * HeldPerPlace) - held.Length);
            if (room > 0)
            {
                return room;
            }

            IEnumerable<Task> awaited = working.Length < _maxSeats ? held.Select(seat => seat.Ended) : working.Select(seat => seat.Committed);
            await Task.WhenAny(awaited).WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>One long question. False if it should not be repeated at once.</summary>
    private async Task<bool> AskAsync(int room, CancellationToken draining, CancellationToken asking, CancellationToken cancellation)
    {
        Reply<LeaseResponse> reply = await _around.Patience.AskAsync(token => _around.Client.LeaseAsync(room, _around.Timing.LeaseWait, token), asking).ConfigureAwait(false);
        switch (reply)
        {
            case Reply<LeaseResponse>.Answered { Value.Letters: { Count: 0 } }:
                ReportIdle();
                return true;
            case Reply<LeaseResponse>.Answered { Value.Letters: IReadOnlyList<SeatLetterDto> letters }:
                _idleReported = _around.Clock.GetUtcNow();
                bool any = false;
                foreach (SeatLetterDto letter in letters.Take(room))
                {
                    any |= TryBegin(letter, draining, cancellation);
                }

                return any;
            case Reply<LeaseResponse>.Refused refused:
                _around.NotEligible(refused.Refusal);
                return false;
            default:
                return false;
        }
    }

    private bool TryBegin(SeatLetterDto dto, CancellationToken draining, CancellationToken cancellation)
    {
        if (!_check.TryAccept(dto, _around.Clock.GetUtcNow(), out AcceptedSeat? seat, out LetterRefusal refusal, out string? problem))
        {
            if (_declined.Count == MaxRemembered)
            {
                _declined.Clear();
            }

            if (_declined.Add(dto.Letter))
            {
                _around.Reporter.Report(MinerEvents.Declined(null, refusal, problem));
            }

            return false;
        }

        lock (_lock)
        {
            if (_held.ContainsKey(seat.TaskId))
            {
                return false;
            }

            Keep(seat.Letter);
            var run = new SeatRun(_around, seat);
            // Task.Run: the seat must not run on, and end, inside this lock.
            Task ended = Task.Run(() => RunSeatAsync(run, seat, draining, cancellation), CancellationToken.None);
            _held.Add(seat.TaskId, new HeldSeat(Task.WhenAny(run.Committed, ended), ended));
            return true;
        }
    }

    /// <summary>A letter that cannot be kept is worked on all the same: it is paid by its task unless the coordinator fails.</summary>
    private void Keep(SeatLetter letter)
    {
        try
        {
            _around.Letters.Keep(letter);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _around.Reporter.Report(MinerEvents.LetterNotKept(letter.TaskId, exception.Message));
        }
    }

    private async Task RunSeatAsync(SeatRun run, AcceptedSeat seat, CancellationToken draining, CancellationToken cancellation)
    {
        SeatEnding ending = new SeatEnding.Abandoned();
        try
        {
            ending = await run.RunAsync(draining, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _around.Reporter.Report(MinerEvents.Failed($"Seat of task {seat.TaskId}", exception, isConfidential: seat.Workload.Confidential is not null));
        }
        finally
        {
            lock (_lock)
            {
                _held.Remove(seat.TaskId);
                _totals = _totals.With(ending);
            }
        }
    }

    private void ReportIdle()
    {
        DateTimeOffset now = _around.Clock.GetUtcNow();
        if (HeldSeats == 0 && now - _idleReported >= s_idleReminder)
        {
            _idleReported = now;
            _around.Reporter.Report(MinerEvents.Idle(_around.GpuId));
        }
    }

    /// <summary>A seat under way: until <paramref name="Committed"/> (or ended without) it takes a place, until <paramref name="Ended"/> memory.</summary>
    private sealed record HeldSeat(Task Committed, Task Ended);
}
