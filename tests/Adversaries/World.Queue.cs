using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Protocol;

namespace Ait.Adversaries;

/// <content>The queue: batches, seats, claims and settlements, as a coordinator and its miners make them.</content>
internal sealed partial class World
{
    /// <summary>CU per hour of every device of the roster.</summary>
    internal const uint ClassRate = 600;

    /// <summary>What a seat of so many CU is paid at the deployed rate.</summary>
    internal static BigInteger PayOf(ulong units) => units * Unit / 10;

    /// <summary>What the work takes a device of the roster by its benchmark, milliseconds.</summary>
    internal static ulong NominalMillis(ulong units) => units * 3_600_000 / ClassRate;

    /// <summary>Milliseconds of device time that the work uses up at least, by the contract's device clock.</summary>
    internal static ulong LeastMillis(ulong units) => ((24 * units * ComputeUnits.MicroPerUnit) + (7 * ClassRate) - 1) / (7 * ClassRate);

    /// <summary>Commits a batch, pins its seed and asks the contract for the seats. Each task holds its right answer, salted: any may be a canary.</summary>
    internal async Task<QueuedBatch> CommitAsync(ImmutableArray<TaskTerms> terms, ulong lifeSeconds, CancellationToken cancellation)
    {
        ulong number = (ulong)await Mining.GetBatchCountAsync(BlockTag.Latest, cancellation).ConfigureAwait(false) + 1;
        ulong deadline = await NowAsync(cancellation).ConfigureAwait(false) + lifeSeconds;
        ImmutableArray<Hash256> workloads = [.. terms.Select((term, index) => term.Workload ?? Drawn("workload", number, index))];
        ImmutableArray<SeatSecretOpening> openings =
        [
            .. workloads.Select((workload, index) => new SeatSecretOpening(
                Keccak256.Hash([.. QueuedBatch.RightResult(workload).ToArray(), .. CanarySalt(number, index).ToArray()]), Drawn("escalation", number, index))),
        ];
        ImmutableArray<MiningTask> tasks =
        [
            .. terms.Select((term, index) => new MiningTask(
                workloads[index],
                (uint)index,
                WorkloadType.Inference,
                DeterminismClass.X8v0,
                new ComputeUnits(term.Units * ComputeUnits.MicroPerUnit),
                deadline,
                term.Redeemer ?? Address.Zero,
                MiningTask.SecretHash(openings[index].SeatSecret))),
        ];
        var tree = MerkleTree.Build([.. tasks.Select(task => task.Leaf)]);
        await SendAsync(Coordinator, Mining.CommitBatch(tree.Root, (uint)tasks.Length, UnitsOf(tasks, redeemed: true), UnitsOf(tasks, redeemed: false), deadline), cancellation).ConfigureAwait(false);
        await MineAsync(3, cancellation).ConfigureAwait(false);
        await SendAsync(Coordinator, Mining.PinSeed(number), cancellation).ConfigureAwait(false);
        BatchRecord batch = await Mining.GetBatchAsync(number, BlockTag.Latest, cancellation).ConfigureAwait(false);
        ImmutableArray<uint>[] seats = await Task.WhenAll(tasks.Select(
            task => Mining.GetSeatsOfAsync(number, task.ToRecord(), openings[(int)task.Index].SeatSecret, BlockTag.Latest, cancellation))).ConfigureAwait(false);
        return new QueuedBatch(number, tasks, openings, tree, batch.SeedTime, [.. seats]);
    }

    /// <summary>A seat's signed statement; by whoever holds <paramref name="key"/>, which is the drawn device's enclave unless said otherwise.</summary>
    internal SeatClaimRecord Claim(QueuedBatch batch, int task, int seat, Hash256 result, ulong millis, Secp256k1PrivateKey? key = null, RosterDevice? device = null)
    {
        RosterDevice seated = device ?? Devices[(int)batch.Seats[task][seat]];
        var statement = new WorkStatement(Domain.TaskId(batch.Id, (uint)task), batch.Tasks[task].WorkloadHash, result, seated.GpuId, millis);
        return new SeatClaimRecord((byte)seat, seated.GpuId, result, millis, WorkAttestation.Sign(statement, Domain, key ?? seated.Enclave).Signature);
    }

    /// <summary>A task with the claims of some of its seats, as <c>settle</c> takes it.</summary>
    internal static TaskSettlementRecord Settlement(QueuedBatch batch, int task, Hash256 result, IEnumerable<SeatClaimRecord> claims, bool isOpened = false) => new(
        batch.Tasks[task].ToRecord(), batch.Openings[task].SeatSecret, isOpened ? batch.Openings[task] : null, result, [.. claims]);

    /// <summary>A task that every one of its first seats ran and states by its benchmark's time.</summary>
    internal TaskSettlementRecord HonestSettlement(QueuedBatch batch, int task) => Settlement(
        batch, task, batch.RightResult(task), Enumerable.Range(0, SeatDraw.Seats).Select(seat => HonestClaim(batch, task, seat)));

    internal SeatClaimRecord HonestClaim(QueuedBatch batch, int task, int seat) => Claim(batch, task, seat, batch.RightResult(task), LeastOf(batch, task));

    /// <summary>The transaction that settles tasks, ascending.</summary>
    internal TransactionRequest Settle(QueuedBatch batch, params ImmutableArray<TaskSettlementRecord> settlements) =>
        Mining.Settle(batch.Id, settlements, batch.Proof([.. settlements.Select(settlement => (int)settlement.Task.Index)]));

    /// <summary>Waits until the clocks of all devices admit all work of a batch.</summary>
    internal async Task LetClocksRunAsync(QueuedBatch batch, CancellationToken cancellation)
    {
        ulong most = Devices.Max(device => batch.TasksOf(device).Aggregate(0ul, (sum, task) => sum + LeastOf(batch, task)));
        await TravelToAsync(batch.SeedTime + (most / 1000) + 2, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Keeps the first seats silent until the task has five or seven of them, and has all of them state the right result then: the most
    /// seats that a task can be paid for.
    /// </summary>
    internal async Task<TaskSettlementRecord> EscalatedAsync(QueuedBatch batch, int task, int seats, CancellationToken cancellation)
    {
        MiningTask leaf = batch.Tasks[task];
        Hash256 taskId = Domain.TaskId(batch.Id, leaf.Index);
        for (int level = SeatDraw.Seats; level < seats; level += 2)
        {
            await TravelToAsync(batch.SeedTime + ((leaf.Deadline - batch.SeedTime) * (level == SeatDraw.Seats ? 1ul : 2) / 3) + 1, cancellation).ConfigureAwait(false);
            TaskSettlementRecord silent = Settlement(batch, task, batch.RightResult(task), [], isOpened: level > SeatDraw.Seats);
            await SendAsync(Coordinator, Mining.Escalate(batch.Id, silent, batch.Tree.Proof(task)), cancellation).ConfigureAwait(false);
            await MineAsync(3, cancellation).ConfigureAwait(false);
            await SendAsync(Coordinator, Mining.PinEscalation(taskId), cancellation).ConfigureAwait(false);
        }

        ImmutableArray<uint> slots = await SlotsAsync(batch, task, cancellation).ConfigureAwait(false);
        return Settlement(
            batch,
            task,
            batch.RightResult(task),
            slots.Select((slot, seat) => Claim(batch, task, seat, batch.RightResult(task), LeastOf(batch, task), device: Devices[(int)slot])),
            isOpened: true);
    }

    /// <summary>The slots of all seats of a task that escalated.</summary>
    internal Task<ImmutableArray<uint>> SlotsAsync(QueuedBatch batch, int task, CancellationToken cancellation) => Mining.GetEscalatedSeatsOfAsync(
        batch.Id, batch.Tasks[task].ToRecord(), batch.Openings[task].SeatSecret, batch.Openings[task].EscalationSecret, BlockTag.Latest, cancellation);

    /// <summary>An operator puts up AIT of its own.</summary>
    internal async Task BondAsync(RosterDevice device, BigInteger amount, CancellationToken cancellation)
    {
        await SendAsync(device.Operator, Token.Approve(OperatorBond.Address, amount), cancellation).ConfigureAwait(false);
        await SendAsync(device.Operator, OperatorBond.Deposit(device.Owner, amount), cancellation).ConfigureAwait(false);
    }

    /// <summary>The coordinator puts up AIT for its letters.</summary>
    internal async Task BondCoordinatorAsync(BigInteger amount, CancellationToken cancellation)
    {
        await SendAsync(Governor, Token.Approve(CoordinatorBond.Address, amount), cancellation).ConfigureAwait(false);
        await SendAsync(Governor, CoordinatorBond.Deposit(Coordinator.Address, amount), cancellation).ConfigureAwait(false);
    }

    /// <summary>The coordinator's letter for a seat.</summary>
    internal SeatLetterRecord Letter(QueuedBatch batch, int task, int seat)
    {
        var assignment = new SeatAssignment(
            batch.Id, batch.Tasks[task], (byte)seat, Devices[(int)batch.Seats[task][seat]].GpuId, batch.SeedTime, batch.SeedTime + ((batch.Tasks[task].Deadline - batch.SeedTime) / 4));
        return SeatLetter.Sign(assignment, Domain, Coordinator).ToRecord();
    }

    /// <summary>Opens a canary's answer against a seat that gave another.</summary>
    internal async Task SlashCanaryAsync(QueuedBatch batch, int task, SeatClaimRecord accused, ImmutableArray<SeatClaimRecord> witnesses, CancellationToken cancellation)
    {
        var accusation = new AccusationRecord(batch.Id, batch.Tasks[task].ToRecord(), batch.Tree.Proof(task), batch.Openings[task], accused, witnesses);
        await SendAsync(Coordinator, OperatorBond.SlashCanary(accusation, batch.RightResult(task), CanarySalt(batch.Id, task)), cancellation).ConfigureAwait(false);
    }

    /// <summary>What salts the answer in a task.</summary>
    internal static Hash256 CanarySalt(ulong batch, int task) => Drawn("salt", batch, task);

    internal static ulong LeastOf(QueuedBatch batch, int task) => LeastMillis(batch.Tasks[task].ComputeUnits.Micro / ComputeUnits.MicroPerUnit);

    private static ulong UnitsOf(ImmutableArray<MiningTask> tasks, bool redeemed) =>
        tasks.Where(task => task.Redeemer != Address.Zero == redeemed).Aggregate(0ul, (sum, task) => sum + task.ComputeUnits.Micro);

    /// <summary>A secret that is the same in every run.</summary>
    private static Hash256 Drawn(string what, ulong batch, int index) => Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{what} {batch} {index}")));
}
