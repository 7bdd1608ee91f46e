using System.Collections.Immutable;
using System.Numerics;
using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Telling;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using EngineSampling = Ait.Engine.SamplingParameters;

namespace Ait.EndToEnd.Tests;

/// <summary>The main job in one test: read it from top to bottom to know what this product does.</summary>
[Collection(OneDevnet.Name)]
public sealed class FromEvidenceToRedemption(Devnet devnet)
{
    [Fact(Timeout = 300_000)]
    public async Task Network_turnsEvidenceIntoDevicesTasksIntoAitAndAitIntoAnAnswer()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        NetworkAccess network = devnet.Network;

        // 1. Evidence. A host's chip signs a report over any 64 bytes; our own verifier accepts it under the development root
        //    and refuses it under AMD's.
        byte[] reportData = [.. Keccak256.Hash("a binding"u8).ToArray(), .. new byte[32]];
        EmulatedEvidence collected = await devnet.Local.Hardware.EvidenceAsync("snp-1", LocalNetwork.Measurement, reportData, cancellation);
        var evidence = new SnpEvidence
        {
            Report = collected.Report,
            Vek = collected.Vcek,
            Ask = collected.Ask,
            Ark = collected.Ark,
            RevocationLists = ImmutableArray<ReadOnlyMemory<byte>>.Empty,
        };
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.IsType<Verdict.Genuine>(SnpVerifier.Verify(evidence, await devnet.RootsAsync(cancellation), SnpPolicy.Baseline, now));
        Assert.IsType<Verdict.Refused>(SnpVerifier.Verify(evidence, TrustRoots.Production, SnpPolicy.Baseline, now));

        // 2. Verified devices. Five miners bound a key to their GPU in such evidence; the coordinator verified each whole device before
        //    it enrolled it, then the contract did the same alone and gave each a slot.
        IReadOnlyList<RegisteredDevice> devices = await devnet.RegisteredAsync(5, cancellation);
        Assert.Equal(5, devices.Select(device => device.GpuId).Distinct().Count());
        Assert.Equal(4, devices.Select(device => device.Operator).Distinct().Count());
        Assert.Equal(4, devices.Select(device => device.HostChip).Distinct().Count());
        Assert.Equal(DeviceClasses.All.Order(), devices.Select(device => device.DeviceClass).Distinct().Order());
        Assert.All(devices, device => Assert.InRange(device.Roster.ValidUntil, (ulong)now.ToUnixTimeSeconds(), (ulong)now.AddHours(25).ToUnixTimeSeconds()));

        IReadOnlyList<DeviceResponse> enrolled = await devnet.EnrolledAsync(5, cancellation);
        Assert.Equal(
            ["A100 MeasuredHost SevSnp", "H100 AttestedGpu SevSnp", "H100 AttestedGpu Tdx", "L40S MeasuredHost SevSnp", "MI300X MeasuredHost SevSnp"],
            enrolled.Select(device => $"{device.DeviceClass} {device.Verdict?.Profile} {device.Verdict?.Platform}").Order(StringComparer.Ordinal));
        Assert.Equal(
            devices.Select(device => (device.GpuId, device.DeviceClass == DeviceClass.H100 ? "attested GPU" : "measured host")),
            devices.Zip(await network.ProfilesAsync(devices, cancellation), (device, profile) => (device.GpuId, TrustNames.OfRegistry(profile))));

        // 3. Task. Workloads go into a batch whose Merkle root is on chain before any seat exists.
        BigInteger supplyBefore = await devnet.SupplyAsync(cancellation);
        ModelResponse model = await devnet.ModelAsync(cancellation);
        Workload[] workloads = [.. Enumerable.Range(1, 8).Select(number => WorkloadText.OfPrompt($"Question {number}:", 64, model))];
        Assert.Equal(workloads.Select(workload => workload.Hash), await devnet.QueueAsync(workloads, cancellation));
        var tasks = new List<TaskResponse>();
        foreach (Workload workload in workloads)
        {
            tasks.Add(await devnet.SettledAsync(workload.Hash, cancellation));
        }

        // 4. Seats. The draw, done again from the revealed secret, gives the same three devices: of distinct operators and chips.
        foreach (TaskResponse task in tasks)
        {
            SeatRecount seats = await SeatRecount.OfAsync(network, task, devices, cancellation);
            Assert.True(seats.MatchesCoordinator);
            Assert.Equal(3, seats.Slots.Select(slot => devices[slot].Operator).Distinct().Count());
            Assert.Equal(3, seats.Slots.Select(slot => devices[slot].HostChip).Distinct().Count());
        }

        // 5. Execution. Running the same workload here, with the scalar definition, gives the result that the seats agreed on.
        using var nothing = Secp256k1PrivateKey.Create();
        var reader = new Purchase(network, nothing, TimeProvider.System);
        Assert.True(ModelArtifact.TryOpen(Installation.DemoModel, cancellation, out Model? weights, out EngineRefusal? broken), $"{broken}");
        foreach ((Workload workload, TaskResponse task) in workloads.Zip(tasks))
        {
            var request = new GenerationRequest(workload.Prompt.AsSpan(), workload.MaxNewTokens, EngineSampling.Greedy, workload.Seed, workload.StopTokens.AsSpan());
            Transcript transcript = Generator.Run(weights, request, EngineOptions.Default with { Backend = Backend.Scalar }, cancellation);
            Assert.Equal(new Hash256(transcript.ResultHash.ToBytes()), task.ResultHash);
            Assert.Equal(task.ResultHash, (await reader.AnswerAsync(workload.Hash, _ => { }, cancellation)).ResultHash);
        }

        // 6. Work attestations, and 7. agreement. Each seat's statement verifies against its device's enclave key, and two of
        //    three equal results are an agreement by the rule that the contract counts by.
        foreach (TaskResponse task in tasks)
        {
            var attestations = new List<WorkAttestation>();
            foreach (TaskSeatResponse seat in task.Seats)
            {
                Address enclaveKey = devices.Single(device => device.GpuId == seat.GpuId).EnclaveKey;
                Assert.True(WorkAttestation.TryVerify(Hex.Decode(seat.WorkAttestation ?? "0x"), network.Domain, enclaveKey, out WorkAttestation? attestation, out ProtocolRefusal? refusal), $"{refusal}");
                attestations.Add(attestation);
            }

            Agreement? agreement = QuorumRule.Decide(task.TaskId, task.WorkloadHash, 3, attestations);
            Assert.Equal(task.ResultHash, agreement?.ResultHash);
        }

        // 8. Mint. 0.1 AIT for each compute unit and paid seat, and nothing else came into being.
        var settlements = await network.SettledTasksAsync(cancellation);
        BigInteger minted = 0;
        foreach (TaskResponse task in tasks)
        {
            SettledTaskRecord settlement = Assert.Single(settlements, found => found.TaskId == task.TaskId).Task;
            Assert.Equal(new BigInteger(task.ComputeUnits) * 100_000_000_000 * settlement.SeatsPaid, settlement.Minted);
            minted += settlement.Minted;
        }

        Assert.Equal(supplyBefore + minted, await devnet.SupplyAsync(cancellation));

        // 9. Redeem. A holder burns AIT for a workload of their own and gets its answer, which hashes to the settled result.
        RegisteredDevice richest = devices[0];
        foreach (RegisteredDevice device in devices)
        {
            richest = await network.BalanceAsync(device.Operator, cancellation) > await network.BalanceAsync(richest.Operator, cancellation) ? device : richest;
        }

        using Secp256k1PrivateKey holder = devnet.Local.Miners.Select(miner => devnet.Local.Key(miner.Operator)).First(key => key.Address == richest.Operator);
        var purchase = new Purchase(network, holder, TimeProvider.System);
        WorkloadQuote quote = await purchase.QuoteAsync(WorkloadText.OfPrompt("Hi", 1, model), cancellation);
        BigInteger balanceBefore = await network.BalanceAsync(holder.Address, cancellation);
        BigInteger burn = quote.PriceWei;
        TransactionReceipt redemption = await purchase.RedeemAsync(quote, burn, cancellation);
        Assert.True(redemption.Succeeded);
        WorkloadAnswer answer = await purchase.AnswerAsync(quote.WorkloadId, _ => { }, cancellation);
        Assert.Equal(1, answer.Tokens);
        Assert.True(balanceBefore >= burn);

        BalanceSheet sheet = await BalanceSheet.ReadAsync(network, cancellation);
        Assert.All(sheet.Checks, check => Assert.True(check.Holds, $"{check.What}: {check.Left} is not {check.Right}"));
    }
}
