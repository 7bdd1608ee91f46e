using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>Why a GPU was paid for a task or not: the reason, what shows it, and what to do. The chain is asked first, the coordinator for what only it saw.</summary>
internal static class WhyCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var chain = new ChainOptions();
        Option<Uri?> coordinator = CommonOptions.Coordinator();
        var task = new Argument<string>("TASK") { Description = "The task's id." };
        var gpu = new Argument<string>("GPU") { Description = "The GPU's id, as `ait devices` has it." };
        var command = new Command("why", "Say why a GPU was paid for a task or not, what shows it, and what to do about it.") { task, gpu, coordinator };
        chain.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            Hash256 taskId = SeatsCommand.ParseHash("TASK", parsed.GetRequiredValue(task));
            Hash256 gpuId = SeatsCommand.ParseHash("GPU", parsed.GetRequiredValue(gpu));
            (ChainAccess access, Deployment deployment) = await chain.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (access)
            {
                AuditReport report = await Auditor.AuditAsync(
                    access.Client, deployment.AuditScope, null, checksEvidence: false, line => screen.Progress($"  … {line}"), cancellation).ConfigureAwait(false);
                TaskResponse? told = await AskAsync(parsed.GetValue(coordinator), chain.State(parsed), taskId, cancellation).ConfigureAwait(false);
                Reason reason = Explain(report, told, taskId, gpuId);
                reason = reason.Code == "NotDrawn" ? await OutAsync(access, deployment, gpuId, cancellation).ConfigureAwait(false) ?? reason : reason;
                Slashing? slashing = await SlashingAsync(access, deployment.OperatorBond, taskId, gpuId, cancellation).ConfigureAwait(false);
                Tell(screen, reason, slashing, taskId, gpuId);
                return ExitCode.Done;
            }
        });
        return command;
    }

    /// <summary>What the chain says, and where it is silent what the coordinator says.</summary>
    internal static Reason Explain(AuditReport report, TaskResponse? told, Hash256 taskId, Hash256 gpuId)
    {
        SettledTask? task = SeatsCommand.Find(report, taskId);
        TaskSeatResponse? seen = told?.Seats.FirstOrDefault(seat => seat.GpuId == gpuId);
        if (task is null)
        {
            return seen is not null
                ? new Reason(seen.Reason.ToString(), "coordinator", $"seat {seen.Seat} ended {seen.Phase}", UnpaidReasons.RemedyFor(seen.Reason, null))
                : told is not null
                ? new Reason("NotSettled", "coordinator", $"the task is {told.Phase}; its seats are secret until it has settled", "Wait for the task's deadline; a seat of yours is in your miner's log.")
                : new Reason("NotSettled", "chain", $"no settlement of this task up to block {report.ToBlock}, and no coordinator was asked", "Name the coordinator with --coordinator.");
        }

        if (task.Seats.FirstOrDefault(seat => seat.GpuId == gpuId) is not { } seat)
        {
            return new Reason(
                "NotDrawn", "chain", $"the draw seated {string.Join(", ", task.Seats.Select(other => other.GpuId))}",
                "Nothing to do: seats are drawn by lot over the roster; `ait seats` draws them again.");
        }

        string settled = $"settled in block {task.Block} by {task.Transaction}";
        switch (UnpaidReasons.OfCode(seat.Code))
        {
            case UnpaidReason.None:
                return new Reason("Paid", "chain", $"seat {seat.Seat}, result {seat.ResultHash}, {settled}", null);
            case UnpaidReason.ResultInMinority:
                return new Reason(
                    "ResultInMinority", "chain", $"seat {seat.Seat} claimed {seat.ResultHash}, agreed was {task.ResultHash}; {settled}",
                    UnpaidReasons.RemedyFor(UnpaidReason.ResultInMinority, null));
            case UnpaidReason.Deferred:
                WaitingPay? waiting = report.Waiting.FirstOrDefault(pay => pay.TaskId == taskId && pay.Seat == seat.Seat);
                return waiting is null
                    ? new Reason("Paid", "chain", $"seat {seat.Seat} was deferred and its pay released since; {settled}", null)
                    : new Reason(
                        "Deferred", "chain", $"{Amounts.Text(waiting.Amount)} AIT wait for {waiting.Operator} until unix time {waiting.PayableAt}; {settled}",
                        UnpaidReasons.RemedyFor(UnpaidReason.Deferred, null));
            default:
                // To the chain a seat without a claim is silent; only the coordinator saw how far it came.
                UnpaidReason known = seen is { Reason: not UnpaidReason.None } ? seen.Reason : UnpaidReason.Silent;
                return new Reason(
                    known.ToString(), seen is null ? "chain" : "chain and coordinator",
                    $"no claim of seat {seat.Seat} in the settlement{(seen is null ? "" : $"; the coordinator saw it {seen.Phase}")}; {settled}", UnpaidReasons.RemedyFor(known, null));
        }
    }

    /// <summary>Why a device is in no draw now; null if it may be.</summary>
    private static async Task<Reason?> OutAsync(ChainAccess access, Deployment deployment, Hash256 gpuId, CancellationToken cancellation)
    {
        AttendanceLine? line = deployment.AttendanceRegistry == Address.Zero
            ? null
            : (await AttendanceBook.ReadAsync(access, deployment.AttendanceRegistry, cancellation).ConfigureAwait(false)).FirstOrDefault(one => one.GpuId == gpuId);
        return line is { Record.ResumableAt: not 0 }
            ? new Reason(
                "SuspendedForAbsence", "chain", $"it left {line.Open.Length} seats empty: {string.Join(", ", line.Open.Select(absence => $"seat {absence.Seat} of task {absence.TaskId}"))}; {line.State}",
                "Keep its miner running and its evidence fresh: it proves its life by itself, and is drawn again.")
            : await UnprovenAsync(access, deployment, gpuId, cancellation).ConfigureAwait(false);
    }

    /// <summary>The reason of a device that is in no draw because it has not proven its class; null if that is not why.</summary>
    private static async Task<Reason?> UnprovenAsync(ChainAccess access, Deployment deployment, Hash256 gpuId, CancellationToken cancellation)
    {
        ChallengeLine? latest = (await ChallengeBook.ReadAsync(access, deployment.ChallengeRegistry, cancellation).ConfigureAwait(false)).LastOrDefault(line => line.Record.GpuId == gpuId);
        return latest switch
        {
            null => null,
            { Record.Verdict: ChallengeVerdict.Failed } => new Reason(
                "ClassChallengeFailed", "chain", $"class challenge {latest.Id} failed and suspended the device; {latest.Said}", "Register it as the class that it is, and let nothing else use its memory meanwhile."),
            { Record.Verdict: not ChallengeVerdict.Passed } => new Reason(
                "ClassNotProven", "chain", $"class challenge {latest.Id} is {latest.State}; until one has passed the device is in no draw", "Leave the miner running; `ait challenges` says how far it is."),
            _ => null,
        };
    }

    /// <summary>What the device's operator lost for its result of the task; null if nothing.</summary>
    private static async Task<Slashing?> SlashingAsync(ChainAccess access, Address bond, Hash256 taskId, Hash256 gpuId, CancellationToken cancellation)
    {
        ContractAbi abi = ContractArtifact.Load("OperatorBond").Abi;
        return (await access.EventsAsync([bond], cancellation, 0, abi.Event("OperatorSlashed").Topic).ConfigureAwait(false))
            .Where(found => found.Event["taskId"].AsHash256() == taskId && found.Event["gpuId"].AsHash256() == gpuId)
            .Select(found => new Slashing(
                found.Event["ground"].AsByte() switch { 1 => "a wrong answer to a canary", 2 => "two results of one task", _ => "a result that a super-majority contradicts" },
                found.Event["burned"].AsBigInteger(),
                found.Log.TransactionHash))
            .FirstOrDefault();
    }

    private static async Task<TaskResponse?> AskAsync(Uri? coordinator, StateFolder state, Hash256 taskId, CancellationToken cancellation)
    {
        Uri? address = coordinator ?? (File.Exists(state.Network) ? NetworkRecord.Read(state).Coordinator : null);
        if (address is null)
        {
            return null;
        }

        using var api = new CoordinatorApi(address, TimeProvider.System);
        try
        {
            return await api.TaskAsync(taskId, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (coordinator is null && fault is CoordinatorRefusedException or HttpRequestException or SurroundingsException)
        {
            return null;
        }
    }

    private static void Tell(Screen screen, Reason reason, Slashing? slashing, Hash256 taskId, Hash256 gpuId)
    {
        screen.Say($"{reason.Code} (by the {reason.Source}): {reason.Evidence}");
        if (slashing is not null)
        {
            screen.Say($"  The operator was slashed for {slashing.Ground}: {Amounts.Text(slashing.Burned)} AIT of its bond burned by {slashing.Transaction}. `ait bond show` says until when it is on probation.");
        }

        if (reason.Remedy is not null)
        {
            screen.Say($"  {reason.Remedy}");
        }

        screen.Answer(new JsonObject
        {
            ["taskId"] = taskId.ToString(),
            ["gpuId"] = gpuId.ToString(),
            ["reason"] = reason.Code,
            ["source"] = reason.Source,
            ["evidence"] = reason.Evidence,
            ["remedy"] = reason.Remedy,
            ["slashedFor"] = slashing?.Ground,
            ["burnedWei"] = slashing?.Burned.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>For what an operator was slashed, how much of its bond is gone, and by which transaction.</summary>
    private sealed record Slashing(string Ground, BigInteger Burned, Hash256 Transaction);

    /// <summary>A code, who says so, what shows it, and what to do; no remedy where nothing is amiss.</summary>
    internal sealed record Reason(string Code, string Source, string Evidence, string? Remedy);
}
