using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Telling;

/// <summary>The second half of the story: what is refused, what the books say, and what was only emulated.</summary>
internal sealed partial class Story
{
    /// <summary>She is on half of the tasks; with so many one is hers nearly always.</summary>
    private const int SpareTasks = 6;

    /// <summary>What Mallory does before her act is told: forged evidence to both judges, then the honest one, for it takes blocks.</summary>
    private async Task<Intrusion> IntrudeAsync(Secp256k1PrivateKey operatorKey, CancellationToken cancellation)
    {
        await _local.EndowAsync([operatorKey.Address], cancellation).ConfigureAwait(false);
        Adversary mallory = await Adversary.CreateAsync(_network, _local.Hardware, operatorKey, _clock, cancellation).ConfigureAwait(false);
        try
        {
            Adversary.Registration honest = await mallory.PrepareAsync(cancellation).ConfigureAwait(false);
            Attempt forged = await mallory.RegisterForgedAsync(honest, cancellation).ConfigureAwait(false);
            CoordinatorRefusedException? unenrolled = await mallory.EnrolForgedAsync(honest, cancellation).ConfigureAwait(false);
            await mallory.EnrolAsync(honest, cancellation).ConfigureAwait(false);
            TransactionReceipt registration = await mallory.RegisterAsync(honest, cancellation).ConfigureAwait(false);
            return new Intrusion(mallory, forged, unenrolled, registration);
        }
        catch
        {
            mallory.Dispose();
            throw;
        }
    }

    /// <summary>Act 8: five attempts to get AIT for nothing.</summary>
    private async Task<bool> RefusalsAsync(Intrusion intrusion, CancellationToken cancellation)
    {
        Act(8, "five refusals", "Mallory tries to get AIT for nothing: from outside, from a seat, and at last with the coordinator's own key.");
        using Secp256k1PrivateKey coordinator = _local.Key("coordinator");
        Adversary mallory = intrusion.Mallory;
        bool refused = Tell(1, intrusion.Forged) & TellUnenrolled(intrusion.Unenrolled);
        _screen.Say($"     the same report without the change registers her GPU ({intrusion.Registration.GasUsed:N0} gas); now she waits for seats …");

        (SeatResponse seat, Adversary.Fabrication fabrication) = await FabricateAsync(mallory, coordinator, cancellation).ConfigureAwait(false);

        // From here on Mallory holds the coordinator's key, and the honest coordinator is gone.
        await _local.StopMinersAsync().ConfigureAwait(false);
        await _local.StopCoordinatorsAsync().ConfigureAwait(false);
        RogueBatch rogue = await RogueBatch.CommitAsync(_network, mallory, coordinator, _clock, cancellation).ConfigureAwait(false);
        Attempt[] attempts = await Task.WhenAll(
            rogue.WithUnregisteredGpuAsync(cancellation),
            rogue.WithWorkloadNotInQueueAsync(cancellation),
            rogue.WithDurationOutOfBoundsAsync(cancellation),
            rogue.WithOnlyHerResultAsync(cancellation)).ConfigureAwait(false);
        for (int index = 0; index < attempts.Length; index++)
        {
            refused &= Tell(index + 2, attempts[index]);
        }

        bool unpaid = await TellFabricationAsync(seat, fabrication, cancellation).ConfigureAwait(false);
        BigInteger hers = await _network.BalanceAsync(mallory.Operator.Address, cancellation).ConfigureAwait(false);
        _screen.Say($"     Mallory's balance after all this: {Amounts.Text(hers)} AIT");
        return refused && unpaid && hers.IsZero;
    }

    private sealed record Intrusion(Adversary Mallory, Attempt Forged, CoordinatorRefusedException? Unenrolled, TransactionReceipt Registration) : IDisposable
    {
        public void Dispose() => Mallory.Dispose();
    }

    /// <summary>Mallory on a real seat: tasks are queued until she is drawn; she makes up a result and the others outvote it.</summary>
    private async Task<(SeatResponse Seat, Adversary.Fabrication Fabrication)> FabricateAsync(
        Adversary mallory, Secp256k1PrivateKey coordinator, CancellationToken cancellation)
    {
        ModelsResponse models = await _network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false);
        while (true)
        {
            await Queue.AddAsync(_network, coordinator, Commands.QueueCommand.MadeUp(SpareTasks, models.Models[0], _clock.GetUtcNow()), cancellation).ConfigureAwait(false);
            var fabrications = new List<Adversary.Fabrication>();
            do
            {
                // Every seat of hers is answered: a task with a silent seat would wait for it until its deadline.
                IReadOnlyList<SeatLetter> letters = await mallory.LeaseAsync(500, cancellation).ConfigureAwait(false);
                fabrications.AddRange(await Task.WhenAll(letters.Select(letter => mallory.FabricateAsync(letter, cancellation))).ConfigureAwait(false));
            }
            while (!await IsQuietAsync(cancellation).ConfigureAwait(false));
            if (fabrications.Count > 0)
            {
                return (await mallory.EndAsync(fabrications[0].Letter.TaskId, cancellation).ConfigureAwait(false), fabrications[0]);
            }
        }
    }

    /// <summary>Whether the coordinator has nothing open, so that nothing is cut off when it goes.</summary>
    private async Task<bool> IsQuietAsync(CancellationToken cancellation)
    {
        StatusResponse status = await _network.Coordinator.StatusAsync(cancellation).ConfigureAwait(false);
        return status.QueuedWorkloads == 0 && !status.TasksByPhase.Any(pair => pair.Key is not (TaskPhase.Settled or TaskPhase.Void) && pair.Value > 0);
    }

    private bool Tell(int number, Attempt attempt)
    {
        string verdict = attempt.WasRefused ? "refused" : $"NOT REFUSED AS IT SHOULD BE, with {attempt.Expected}";
        _screen.Say($"  {number}. {attempt.What}: {verdict}");
        _screen.Say($"     {attempt.Error}");
        _screen.Say($"     transaction {attempt.Receipt.TransactionHash} failed; supply {Amounts.Text(attempt.SupplyBefore)} AIT before, {Amounts.Text(attempt.SupplyAfter)} after");
        Event("refused", new JsonObject
        {
            ["number"] = number,
            ["what"] = attempt.What,
            ["error"] = attempt.Error.Name,
            ["detail"] = attempt.Error.ToString(),
            ["transaction"] = attempt.Receipt.TransactionHash.ToString(),
            ["refused"] = attempt.WasRefused,
            ["supplyBeforeWei"] = attempt.SupplyBefore.ToString(CultureInfo.InvariantCulture),
            ["supplyAfterWei"] = attempt.SupplyAfter.ToString(CultureInfo.InvariantCulture),
        });
        return attempt.WasRefused;
    }

    /// <summary>The coordinator's word on the same forgery, which costs her no gas.</summary>
    private bool TellUnenrolled(CoordinatorRefusedException? refusal)
    {
        bool refused = refusal is { Code: ProblemCodes.EvidenceRefused };
        _screen.Say($"     the coordinator does not enrol it either: {refusal?.Problem?.Title ?? "IT DOES, AND MUST NOT"}");
        Event("notEnrolled", new JsonObject { ["code"] = refusal?.Code, ["title"] = refusal?.Problem?.Title, ["refused"] = refused });
        return refused;
    }

    private async Task<bool> TellFabricationAsync(SeatResponse seat, Adversary.Fabrication fabrication, CancellationToken cancellation)
    {
        TaskResponse task = await TaskFactsAsync(fabrication, cancellation).ConfigureAwait(false);
        bool held = seat is { Phase: SeatPhase.Unpaid, Reason: UnpaidReason.ResultInMinority };
        _screen.Say($"     on her real seat of task {Short(seat.TaskId)} the two honest seats were paid and hers was not: {seat.Reason}");
        _screen.Say($"     hers {Short(fabrication.Attestation.Statement.ResultHash)}, theirs {Short(task.ResultHash ?? default)}; remedy: {seat.Remedy}");
        Event("outvoted", new JsonObject
        {
            ["taskId"] = seat.TaskId.ToString(),
            ["reason"] = seat.Reason.ToString(),
            ["fabricated"] = fabrication.Attestation.Statement.ResultHash.ToString(),
            ["settled"] = task.ResultHash?.ToString(),
            ["unpaid"] = held,
        });
        return held;
    }

    /// <summary>The task's settlement as the chain has it: the coordinator is gone by now.</summary>
    private async Task<TaskResponse> TaskFactsAsync(Adversary.Fabrication fabrication, CancellationToken cancellation)
    {
        var settlements = await _network.SettledTasksAsync(cancellation).ConfigureAwait(false);
        var (log, _, settled) = settlements.Single(found => found.TaskId == fabrication.Letter.TaskId);
        MiningTask task = fabrication.Letter.Assignment.MiningTask;
        return new TaskResponse(
            fabrication.Letter.TaskId, fabrication.Letter.Assignment.BatchId, task.Index, task.WorkloadHash, task.ComputeUnits.Micro, task.Deadline, task.Redeemer,
            TaskPhase.Settled, settled.ResultHash, log.TransactionHash, null, "", [], null, []);
    }

    /// <summary>The books, from eth_call and logs alone.</summary>
    private async Task<bool> BalanceAsync(CancellationToken cancellation)
    {
        Act(10, "the balance sheet", "Read from the chain's logs and calls alone; every sum is made twice.");
        BalanceSheet sheet = await BalanceSheet.ReadAsync(_network, cancellation).ConfigureAwait(false);
        _screen.Table(
            ["account", "earned by seats", "received", "given", "balance"],
            sheet.Accounts.Select(account => (IReadOnlyList<string>)[
                Name(account.Owner), Amounts.Text(account.Earned), Amounts.Text(account.Received), Amounts.Text(account.Given), Amounts.Text(account.Balance)]));
        foreach (BalanceSheet.Line line in sheet.Lines)
        {
            _screen.Say($"  {line.What,-14} {(line.IsAmount ? Amounts.Text(line.Value) + " AIT" : line.Value.ToString(CultureInfo.InvariantCulture))}");
        }

        foreach (BalanceSheet.Check check in sheet.Checks)
        {
            _screen.Say($"  {(check.Holds ? "holds  " : "FAILS  ")} {check.What}{(check.Holds ? "" : $": {check.Left} is not {check.Right}")}");
        }

        Event("balance", new JsonObject
        {
            ["lines"] = new JsonArray([.. sheet.Lines.Select(line => (JsonNode)new JsonObject { ["what"] = line.What, ["value"] = line.Value.ToString(CultureInfo.InvariantCulture) })]),
            ["checks"] = new JsonArray([.. sheet.Checks.Select(check => (JsonNode)new JsonObject { ["what"] = check.What, ["holds"] = check.Holds })]),
            ["addsUp"] = sheet.AddsUp,
        });
        return sheet.AddsUp;
    }

    /// <summary>Act 11: everything again, from the chain alone.</summary>
    private async Task<bool> AuditAsync(CancellationToken cancellation)
    {
        Act(11, "the audit", "`ait audit`: blocks against their headers, evidence, draws, signatures, agreement, pay and totals, all derived again from the chain alone.");
        AuditReport report = await Auditor.AuditAsync(
            _network.Chain.Client, _local.Deployment.AuditScope, null, checksEvidence: true, line => _screen.Progress($"  … {line}"), cancellation).ConfigureAwait(false);
        AuditCommand.Tell(_screen, report);
        return report.Holds;
    }

    private void SayWhatWasEmulated()
    {
        _screen.Say();
        _screen.Say("EMULATED here: the AMD, Intel and NVIDIA chips and their roots, the GPUs (the model ran on this machine's processor), the chain");
        _screen.Say("(a local dev chain). The model is small and was trained by the engine itself: `make model` does it again, bit for bit.");
        _screen.Say("REAL here: byte-exact SEV-SNP, TDX and SPDM evidence verified by the coordinator and inside the EVM up to the pinned roots, seat");
        _screen.Say("draws, exact execution on three seats, enclave signatures, agreement, settlement, minting, burning, and every refusal by the contracts themselves.");
    }
}
