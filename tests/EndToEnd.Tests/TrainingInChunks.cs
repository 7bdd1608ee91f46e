using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Telling;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>A run of training as a chain of tasks: each chunk is executed by three seats, agreed on and minted for, and its checkpoint goes to the miners of the next.</summary>
[Collection(OneDevnet.Name)]
public sealed class TrainingInChunks(Devnet devnet)
{
    [Fact(Timeout = 300_000)]
    public async Task Chunks_areAgreedAndMintedEachFromTheCheckpointThatTheOneBeforeItLeft()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await devnet.RegisteredAsync(5, cancellation);
        ModelResponse model = await devnet.ModelAsync(cancellation);
        TrainingRecipe recipe = DemoTraining.Recipe(model);

        // The same steps here, in one piece and by the scalar definition's twin of this machine: what every chunk has to come to.
        Assert.True(ModelArtifact.TryOpen(Installation.DemoModel, cancellation, out Model? weights, out EngineRefusal? broken), $"{broken}");
        TrainingOutcome whole = Trainer.RunChunk(
            recipe, new TrainingChunk(0, 3 * DemoTraining.Steps, default), weights, DemoTraining.Data(), null, EngineOptions.Default with { BatchSize = 1, Threads = 1 }, null, null, cancellation);

        var parent = default(Hash256);
        var links = new List<(TrainingOutcome Outcome, Hash256 Parent)>();
        for (int chunk = 0; chunk < 3; chunk++)
        {
            int first = chunk * DemoTraining.Steps;
            BigInteger supply = await devnet.SupplyAsync(cancellation);
            Workload workload = DemoTraining.Workload(model, first, parent);
            await devnet.QueueAsync([workload], cancellation);
            TaskResponse task = await devnet.SettledAsync(workload.Hash, cancellation);

            TrainingOutcome outcome = await OutcomeAsync(workload, cancellation);
            Assert.Equal(whole.Steps[first..(first + DemoTraining.Steps)], outcome.Steps);
            Assert.Equal(new Hash256(outcome.ResultHash.ToBytes()), task.ResultHash);

            SettledTaskRecord settlement = Assert.Single(await devnet.Network.SettledTasksAsync(cancellation), found => found.TaskId == task.TaskId).Task;
            int paid = settlement.SeatsPaid;
            Assert.Equal(3, paid);
            Assert.Equal(supply + (new BigInteger(task.ComputeUnits) * 100_000_000_000 * paid), await devnet.SupplyAsync(cancellation));

            // Whoever trains the next chunk has to get this one's checkpoint from there: nobody keeps their own.
            links.Add((outcome, parent));
            parent = new Hash256(outcome.State?.ToBytes() ?? []);
            CheckpointResponse kept = await KeptAsync(parent, cancellation);
            Assert.Equal((recipe.CheckpointLength, kept.Parts), (kept.Length, kept.Next));
            foreach (MinerPlan miner in devnet.Local.Miners)
            {
                string folder = Path.Combine(devnet.Local.State.Miner(miner.Name), "checkpoints");
                foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
                {
                    File.Delete(file);
                }
            }
        }

        BalanceSheet sheet = await BalanceSheet.ReadAsync(devnet.Network, cancellation);
        Assert.All(sheet.Checks, check => Assert.True(check.Holds, $"{check.What}: {check.Left} is not {check.Right}"));
        await BisectAsync(links[^1].Outcome, links[^1].Parent, cancellation);
    }

    [Fact(Timeout = 600_000)]
    public async Task Errors_endVoidAndPayNobody()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Dictionary<Hash256, Address> enclaveKeys = (await devnet.RegisteredAsync(5, cancellation)).ToDictionary(device => device.GpuId, device => device.EnclaveKey);
        ModelResponse model = await devnet.ModelAsync(cancellation);
        TrainingRecipe sound = DemoTraining.Recipe(model) with { Seed = 2 };
        Workload first = WorkloadOf(model, sound, 0, 1, default);
        await devnet.QueueAsync([first], cancellation);
        await devnet.SettledAsync(first.Hash, cancellation);
        TrainingOutcome outcome = await OutcomeAsync(first, cancellation);
        Hash256 state = new(outcome.State!.Value.ToBytes()); // Of a chunk that is done.
        await KeptAsync(state, cancellation);

        // Second moments forget at once, and what is divided by them does not: a weight without a gradient flies off.
        TrainingRecipe wild = sound with { Method = TrainingMethod.Full, Rank = 0, AdapterScale = 1f, Beta2 = 0f, Epsilon = 1e-18f, LearningRate = 1f, WarmupSteps = 1 };
        Assert.True(ModelArtifact.TryOpen(Installation.DemoModel, cancellation, out Model? weights, out EngineRefusal? broken), $"{broken}");
        TrainingOutcome divergence = Trainer.RunChunk(wild, new TrainingChunk(0, 4, default), weights, DemoTraining.Data(), null, null, null, null, cancellation);
        Assert.Equal((TrainingFinish.Fault, EngineRefusalCode.NumericRange), (divergence.Finish, divergence.RefusalCode));

        Workload[] errors =
        [
            WorkloadOf(model, wild, 0, 4, default),
            WorkloadOf(model, sound, 2, 1, state), // That checkpoint is of step 1.
            WorkloadOf(model, sound with { Seed = 3 }, 1, 1, state), // Of another run.
            new(TrainingVersion.Id, model.Digest, new TrainingTerms([1, 2, 3], 0, 1, sound.Batch * sound.SequenceLength, default(Hash256))),
        ];
        BigInteger supply = await devnet.SupplyAsync(cancellation);
        await devnet.QueueAsync(errors, cancellation);
        foreach (Workload error in errors)
        {
            WorkloadResponse answer = await devnet.Network.Coordinator.WorkloadAsync(error.Hash, cancellation);
            while (answer.Phase != WorkloadPhase.Void)
            {
                Assert.NotEqual(WorkloadPhase.Settled, answer.Phase);
                await Task.Delay(200, cancellation);
                answer = await devnet.Network.Coordinator.WorkloadAsync(error.Hash, cancellation);
            }

            TaskResponse task = await devnet.Network.Coordinator.TaskAsync(answer.TaskId!.Value, cancellation); // It was seated before it was void.
            Assert.Equal((TaskPhase.Void, null, 3), (task.Phase, task.ResultHash, task.Seats.Count));
            Assert.All(task.Seats, seat => Assert.Equal(UnpaidReason.NoAgreement, seat.Reason));
            Dictionary<Hash256, Hash256> results = task.Seats.ToDictionary(seat => seat.GpuId, seat => ResultOf(seat, enclaveKeys[seat.GpuId]));
            Assert.Equal(3, results.Values.Distinct().Count());
            if (error == errors[0])
            {
                Assert.All(results, result => Assert.Equal(ErrorOf(result.Key, divergence), result.Value));
            }
        }

        Assert.Equal(supply, await devnet.SupplyAsync(cancellation));
    }

    private static Workload WorkloadOf(ModelResponse model, TrainingRecipe recipe, int firstStep, int steps, Hash256 parent) =>
        new(TrainingVersion.Id, model.Digest, new TrainingTerms([.. recipe.ToBytes()], firstStep, steps, recipe.Batch * recipe.SequenceLength, parent));

    private Hash256 ResultOf(TaskSeatResponse seat, Address enclaveKey) =>
        WorkAttestation.TryVerify(Hex.Decode(seat.WorkAttestation ?? "0x"), devnet.Network.Domain, enclaveKey, out WorkAttestation? attestation, out ProtocolRefusal? refusal)
            ? attestation.Statement.ResultHash
            : throw new InvalidOperationException($"{refusal}");

    // docs/protocol.md, Result: what a device hands in for an error of the task.
    private static Hash256 ErrorOf(Hash256 gpuId, TrainingOutcome outcome) =>
        new(SHA256.HashData([.. "AXE1"u8, .. gpuId.ToArray(), .. outcome.ToBytes()]));

    private async Task<TrainingOutcome> OutcomeAsync(Workload workload, CancellationToken cancellation)
    {
        WorkloadResponse answer = await devnet.Network.Coordinator.WorkloadAsync(workload.Hash, cancellation);
        Assert.True(TrainingOutcome.TryParse(Hex.Decode(answer.Transcript ?? "0x"), out TrainingOutcome? outcome, out EngineRefusal? refusal), $"{refusal}");
        return outcome;
    }

    /// <summary>Somebody says that the third step of the chunk left another state: a stranger, with the parent that anyone can fetch, finds step and culprit.</summary>
    private async Task BisectAsync(TrainingOutcome agreed, Hash256 parent, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("ait-bisect-").FullName;
        try
        {
            string File(string name, byte[] content)
            {
                string path = Path.Combine(folder, name);
                System.IO.File.WriteAllBytes(path, content);
                return path;
            }

            byte[] claim = agreed.ToBytes();
            claim[^(Digest.Size + sizeof(long) + 1)] ^= 1; // The last byte of the last state but one.
            string honest = File("honest.axo", agreed.ToBytes());
            string dishonest = File("dishonest.axo", claim);
            string checkpoint = File("parent.axs", await CheckpointAsync(parent, cancellation));
            string recipe = File("recipe.json", """
                { "rank": 16, "adapterScale": 2, "sequenceLength": 64, "batch": 8, "steps": 100, "warmupSteps": 10, "learningRate": 1e-3, "seed": 1 }
                """u8.ToArray());
            using var output = new StringWriter();
            using var errors = new StringWriter();
            int code = await AitCommandLine.RunAsync(
                ["bisect", honest, dishonest, "--recipe", recipe, "--data", Installation.DemoText, "--base", Installation.DemoModel, "--parent", checkpoint, "--json"], output, errors, cancellation);
            Assert.True(code == 1, $"exit code {code}: {output}{errors}");
            JsonObject found = JsonNode.Parse(output.ToString())!.AsObject(); // One line of JSON.
            Assert.Equal(agreed.Chunk.FirstStep + DemoTraining.Steps - 1, found["step"]!.GetValue<int>()); // The answer's fields, also below.
            Assert.Equal((true, false), (found["one"]!["isRight"]!.GetValue<bool>(), found["other"]!["isRight"]!.GetValue<bool>()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A checkpoint as anyone may fetch it.</summary>
    private async Task<byte[]> CheckpointAsync(Hash256 digest, CancellationToken cancellation)
    {
        CheckpointResponse kept = await KeptAsync(digest, cancellation);
        using var http = new HttpClient { BaseAddress = devnet.Local.Options.Coordinator };
        var content = new List<byte>();
        for (int part = 0; part < kept.Parts; part++)
        {
            content.AddRange(await http.GetByteArrayAsync(new Uri($"/v1/checkpoints/{digest}/{part}", UriKind.Relative), cancellation));
        }

        Assert.Equal(digest, new Hash256(SHA256.HashData([.. content])));
        return [.. content];
    }
    private async Task<CheckpointResponse> KeptAsync(Hash256 digest, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await devnet.Network.Coordinator.GetAsync($"/v1/checkpoints/{digest}", ProtocolJson.Default.CheckpointResponse, cancellation);
            }
            catch (CoordinatorRefusedException)
            {
                // Not handed in yet.
            }

            await Task.Delay(200, cancellation);
        }
    }
}
