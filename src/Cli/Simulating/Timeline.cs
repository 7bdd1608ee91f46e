namespace Ait.Cli.Simulating;

/// <summary>
/// When each task is paid: tasks arrive at random, are sealed into batches, and every transaction waits for gas in the order it was sent.
/// The chain gives what refreshes leave of it, evenly; a transaction is in the block that ends after its gas was there.
/// </summary>
internal sealed class Timeline
{
    /// <summary>Seconds after which a batch is sealed though it is not full, as the coordinator is set up.</summary>
    private const double SealSeconds = 2;

    /// <summary>Blocks from a commitment or an escalation to the first that may pin its seed: the seed block is two behind.</summary>
    private const int SeedBlocks = 3;

    private readonly SimulationOptions _options;
    private readonly GasFigures _gas;
    private readonly CommitteeOutcome[] _outcomes;
    private readonly double _gasPerSecond;
    private readonly double[] _arrivals;
    private readonly List<double> _times;
    private readonly PriorityQueue<Step, (double At, long Order)> _steps = new();
    private double _busyUntil;
    private long _order;

    internal Timeline(SimulationOptions options, GasFigures gas, CommitteeOutcome[] outcomes, double tasksPerSecond, double gasPerSecond)
    {
        (_options, _gas, _outcomes, _gasPerSecond) = (options, gas, outcomes, gasPerSecond);
        _arrivals = new double[options.Tasks];
        _times = new List<double>(options.Tasks);
        var random = new SplitMix(~(ulong)options.Seed);
        double now = 0;
        for (int i = 0; i < _arrivals.Length; i++)
        {
            now -= Math.Log(random.Unit()) / tasksPerSecond;
            _arrivals[i] = now;
        }
    }

    private enum Act : byte
    {
        Commit,
        Pin,
        Settle,
        Escalate,
        PinEscalation,
        SettleEscalated,
    }

    /// <summary>Seconds to pay of every task that was paid.</summary>
    internal double[] Play(CancellationToken cancellation)
    {
        Seal();
        while (_steps.TryDequeue(out Step step, out (double At, long Order) due))
        {
            cancellation.ThrowIfCancellationRequested();
            Take(step, due.At);
        }

        return [.. _times];
    }

    private void Seal()
    {
        int first = 0;
        while (first < _arrivals.Length)
        {
            int end = first + 1;
            double patience = _arrivals[first] + SealSeconds;
            // An epoch has one committee whatever its size, and its outcome was drawn for all of its tasks: it is sealed full.
            while (end < _arrivals.Length && end - first < _options.TasksPerBatch && (_options.Path == SettlementPath.Epoch || _arrivals[end] <= patience))
            {
                end++;
            }

            bool full = end - first == _options.TasksPerBatch;
            Send(new Step(Act.Commit, first, end), full || _options.Path == SettlementPath.Epoch ? _arrivals[end - 1] : patience);
            first = end;
        }
    }

    private void Take(Step step, double at)
    {
        switch (step.Act)
        {
            case Act.Commit:
                Send(step with { Act = Act.Pin }, Include(at, _gas.Commit) + (SeedBlocks * _options.BlockTime));
                break;
            case Act.Pin:
                Start(step, Include(at, _gas.Pin));
                break;
            case Act.Settle:
                Settle(step, at);
                break;
            case Act.Escalate when step.Seats == 3:
                Send(step with { Act = Act.PinEscalation }, Include(at, _gas.EscalateThree) + (SeedBlocks * _options.BlockTime));
                break;
            case Act.Escalate:
                Resume(step with { Seats = 7 }, Include(at, _gas.EscalateFive));
                break;
            case Act.PinEscalation:
                Resume(step with { Seats = 5 }, Include(at, _gas.PinEscalation));
                break;
            default:
                Pay(step, Include(at, _gas.SettleAt(step.Seats)));
                break;
        }
    }

    /// <summary>The first seats work; who agrees is settled together, in two calls if somebody is waited for.</summary>
    private void Start(Step batch, double pinned)
    {
        bool anyPrompt = false, anyLate = false;
        for (int task = batch.First; task < batch.End; task += _options.TasksPerCommittee)
        {
            CommitteeOutcome outcome = OutcomeOf(task);
            bool late = outcome.WaitedAt(3);
            if (outcome.Seats > 3)
            {
                int end = Math.Min(batch.End, task + _options.TasksPerCommittee);
                Send(new Step(Act.Escalate, task, end) { Began = pinned }, pinned + (late ? _options.Third : _options.CommitteeSeconds));
                continue;
            }

            anyPrompt |= !late;
            anyLate |= late;
        }

        if (anyPrompt)
        {
            Send(batch with { Act = Act.Settle }, pinned + _options.CommitteeSeconds);
        }

        if (anyLate)
        {
            Send(batch with { Act = Act.Settle, Late = true }, pinned + _options.Third);
        }
    }

    private void Settle(Step step, double at)
    {
        int count = 0;
        for (int task = step.First; task < step.End; task += _options.TasksPerCommittee)
        {
            count += Belongs(task, step.Late) ? 1 : 0;
        }

        double paid = Include(at, _gas.Settle(_options.Path, count));
        for (int task = step.First; task < step.End; task += _options.TasksPerCommittee)
        {
            if (Belongs(task, step.Late))
            {
                Pay(step with { First = task, End = Math.Min(step.End, task + _options.TasksPerCommittee) }, paid);
            }
        }
    }

    /// <summary>The further seats work.</summary>
    private void Resume(Step step, double from)
    {
        CommitteeOutcome outcome = OutcomeOf(step.First);
        double ready = from + _options.CommitteeSeconds;
        if (outcome.WaitedAt(step.Seats))
        {
            ready = Math.Max(ready, step.Began + (_options.Third * (step.Seats == 5 ? 2 : 3)));
        }

        if (outcome.Seats > step.Seats)
        {
            Send(step with { Act = Act.Escalate }, ready);
        }
        else if (outcome.IsSettled)
        {
            Send(step with { Act = Act.SettleEscalated }, ready);
        }
    }

    private void Pay(Step step, double paid)
    {
        for (int task = step.First; task < step.End; task++)
        {
            _times.Add(paid - _arrivals[task]);
        }
    }

    private bool Belongs(int task, bool late) => OutcomeOf(task) is { Seats: 3 } outcome && outcome.WaitedAt(3) == late;

    private CommitteeOutcome OutcomeOf(int task) => _outcomes[task / _options.TasksPerCommittee];

    private void Send(Step step, double at) => _steps.Enqueue(step, (at, _order++));

    /// <summary>The time of the block that takes a transaction sent at <paramref name="at"/>.</summary>
    private double Include(double at, long gas)
    {
        _busyUntil = Math.Max(_busyUntil, at) + (gas / _gasPerSecond);
        return Math.Ceiling(_busyUntil / _options.BlockTime) * _options.BlockTime;
    }

    /// <summary>A transaction to send for tasks <paramref name="First"/> up to <paramref name="End"/>.</summary>
    private readonly record struct Step(Act Act, int First, int End)
    {
        /// <summary>Seats when it is sent.</summary>
        internal int Seats { get; init; } = 3;

        /// <summary>Whether somebody was waited for.</summary>
        internal bool Late { get; init; }

        /// <summary>When the first seed was pinned, seconds.</summary>
        internal double Began { get; init; }
    }
}
